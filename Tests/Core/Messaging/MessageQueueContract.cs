using Xunit;
using System.Collections.Concurrent;
using ImageService.Core.Messaging;
using ImageService.Tests.Support;

namespace ImageService.Tests.Core.Messaging;

/// <summary>What every queue must do, whatever carries it. A subclass says how one is made.</summary>
[Trait("Level", "Integration")]
public abstract partial class MessageQueueContract(ConformanceMatrix matrix) : IDisposable
{
    /// <summary>How the runner tells an exception that skips a test from one that fails it.</summary>
    private const string SkipMark = "$XunitDynamicSkip$";

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The adapter's name in the configuration.</summary>
    protected abstract string Provider { get; }

    /// <summary>What was run: product and version, or what stands in for it.</summary>
    protected abstract string Server { get; }

    /// <summary>Whether an id that is published again while it waits is dropped; else it comes a second time, and the consumer bears it.</summary>
    protected abstract bool Deduplicates { get; }

    /// <summary>Waits for the broker; where it is not on this machine, the table says so before the test is skipped.</summary>
    protected async Task<T> NeedAsync<T>(Task<T> broker)
    {
        try
        {
            return await broker;
        }
        catch (InvalidOperationException skipped) when (skipped.Message.StartsWith(SkipMark, StringComparison.Ordinal))
        {
            matrix.NoteNotRun("queues", Provider, skipped.Message[SkipMark.Length..]);
            throw;
        }
    }

    /// <summary>What this test's fact means here, where that differs.</summary>
    protected string? Remark { get; set; }

    /// <summary>Two views of one queue, as two processes have them.</summary>
    protected abstract Task<(IMessageQueue First, IMessageQueue Second)> CreateAsync(MessagingOptions options);

    /// <summary>Takes one message, as a process does that dies before it answers; returns once the queue knows that it is dead.</summary>
    protected abstract Task TakeAndDieAsync(MessagingOptions options);

    /// <summary>What is written beside each dead message.</summary>
    protected abstract Task<IReadOnlyList<string>> DeadReasonsAsync(MessagingOptions options);

    /// <summary>Ends the broker and starts it again; whoever is connected is cut off.</summary>
    protected abstract Task RestartBrokerAsync();

    /// <summary>Said before <see cref="CreateAsync"/> by a test that is going to restart the broker, so that it is not a shared one.</summary>
    protected virtual Task UsePrivateBrokerAsync() => Task.CompletedTask;

    public void Dispose()
    {
        matrix.Note("queues", Provider, Server, Remark);
        GC.SuppressFinalize(this);
    }

    protected static MessagingOptions Options(Action<MessagingOptions>? change = null)
    {
        var options = new MessagingOptions
        {
            RetryDelay = TimeSpan.FromMilliseconds(20), PollInterval = TimeSpan.FromMilliseconds(100),
            ReconnectDelay = TimeSpan.FromMilliseconds(100), VisibilityTimeout = TimeSpan.FromSeconds(30)
        };
        change?.Invoke(options);
        return options;
    }

    protected static IReadOnlyList<MessageEnvelope> Messages(int count) =>
        [.. Enumerable.Range(1, count)
            .Select(number => new MessageEnvelope(Guid.CreateVersion7(), Guid.CreateVersion7(), "asset_uploaded", $$"""{"n": {{number}}}""")
        {
            TraceParent = $"00-{number:x32}-{number:x16}-01",
        })];

    /// <summary>As the relay does: whoever is refused tries the same messages again.</summary>
    private static async Task<bool> TryPublishAsync(IMessageQueue queue, IReadOnlyList<MessageEnvelope> messages)
    {
        try
        {
            await queue.PublishAsync(messages, Ct);
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return false;
        }
    }

    protected static async Task Eventually(Func<Task<bool>> holds, TimeSpan? within = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(within ?? TimeSpan.FromSeconds(30));
        while (!await holds()) await Task.Delay(20, limit.Token);
    }

    /// <summary>A consumer that runs until disposed.</summary>
    protected sealed class Consumer : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Consumer(IMessageQueue queue, Func<MessageDelivery, Task> handle)
            : this(queue, (delivery, _) => handle(delivery))
        {
        }

        public Consumer(IMessageQueue queue, Func<MessageDelivery, CancellationToken, Task> handle) =>
            _running = queue.ConsumeAsync(
                (delivery, ct) =>
                {
                    Seen.Enqueue(delivery);
                    return handle(delivery, ct);
                },
                _stop.Token);

        public ConcurrentQueue<MessageDelivery> Seen { get; } = new();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }
    }
}
