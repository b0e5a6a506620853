using Shouldly;
using Xunit;
using System.Collections.Concurrent;
using ImageService.Core.Messaging;
using ImageService.Tests.Support;

namespace ImageService.Tests.Core.Messaging;

/// <summary>What every queue must do, whatever carries it. A subclass says how one is made.</summary>
[Trait("Level", "Integration")]
public abstract class MessageQueueContract(ConformanceMatrix matrix) : IDisposable
{
    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The adapter's name in the configuration.</summary>
    protected abstract string Provider { get; }

    /// <summary>What was run: product and version, or what stands in for it.</summary>
    protected abstract string Server { get; }

    /// <summary>Whether an id that is published again while it waits is dropped; else it comes a second time, and the consumer bears it.</summary>
    protected abstract bool Deduplicates { get; }

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

    [Fact]
    public async Task A_message_is_handled_once_and_then_gone()
    {
        var (queue, other) = await CreateAsync(Options());
        var messages = Messages(20);
        await queue.PublishAsync(messages, Ct);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await using var second = new Consumer(other, _ => Task.CompletedTask);
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0 });
        consumer.Seen.Concat(second.Seen).Select(delivery => delivery.Message.Id).ShouldBe(messages.Select(message => message.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task Messages_reach_a_single_handler_in_order_with_their_text_whole()
    {
        var (queue, _) = await CreateAsync(Options(options => options.Concurrency = 1));
        var messages = Messages(30);
        await queue.PublishAsync(messages, Ct);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 30));
        consumer.Seen.Select(delivery => delivery.Message.Id).ShouldBe(messages.Select(message => message.Id));
        consumer.Seen.First().Message.ShouldBe(messages[0]);
        consumer.Seen.First().Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task Publishing_an_id_again_while_it_waits_is_harmless()
    {
        var (queue, _) = await CreateAsync(Options(options => options.Concurrency = 1));
        var messages = Messages(3);
        await queue.PublishAsync(messages, Ct);
        await queue.PublishAsync(messages, Ct);
        var expected = Deduplicates ? messages : [.. messages, .. messages];
        Remark = Deduplicates ? "kept once" : "comes twice under its id; consumers bear it";
        (await queue.MeasureAsync(Ct)).Ready.ShouldBe(expected.Count);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0, Dead: 0 });
        consumer.Seen.Select(delivery => delivery.Message).ShouldBe(expected, ignoreOrder: true);
    }

    [Fact]
    public async Task A_large_text_arrives_whole()
    {
        var (queue, _) = await CreateAsync(Options());
        var message = Messages(1)[0] with { Body = $$"""{"text": "{{string.Concat(Enumerable.Repeat("Zürich 東京 ", 5_000))}}"}""" };
        await queue.PublishAsync([message], Ct);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1));
        consumer.Seen.Single().Message.ShouldBe(message);
    }

    [Fact]
    public async Task Ten_thousand_messages_are_each_handled_once_by_two_processes()
    {
        var (queue, other) = await CreateAsync(Options(options => options.Concurrency = 32));
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await using var second = new Consumer(other, _ => Task.CompletedTask);
        var messages = Messages(10_000);
        foreach (var batch in messages.Chunk(500)) await queue.PublishAsync(batch, Ct);
        await Eventually(() => Task.FromResult(consumer.Seen.Count + second.Seen.Count >= messages.Count), TimeSpan.FromMinutes(5));
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, Dead: 0 });
        consumer.Seen.Concat(second.Seen).Select(delivery => delivery.Message.Id).ShouldBe(messages.Select(message => message.Id), ignoreOrder: true);
    }

    [Fact]
    public async Task A_message_whose_process_died_before_it_answered_comes_again()
    {
        var options = Options(change => change.VisibilityTimeout = TimeSpan.FromSeconds(1));
        var (queue, _) = await CreateAsync(options);
        await queue.PublishAsync(Messages(1), Ct);
        await TakeAndDieAsync(options);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1));
        consumer.Seen.Single().Attempt.ShouldBe(2);
    }

    [Fact]
    public async Task A_message_that_kills_its_processes_is_set_aside()
    {
        var options = Options(change => (change.MaxDeliveries, change.VisibilityTimeout) = (2, TimeSpan.FromSeconds(1)));
        var (queue, _) = await CreateAsync(options);
        await queue.PublishAsync(Messages(1), Ct);
        for (var death = 0; death < 2; death++) await TakeAndDieAsync(options);
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0, Dead: 1 });
        consumer.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dead_message_lies_beside_its_reason()
    {
        var options = Options(change => change.MaxDeliveries = 2);
        var (queue, _) = await CreateAsync(options);
        await queue.PublishAsync(Messages(1), Ct);
        await using var consumer = new Consumer(queue, delivery => throw new InvalidOperationException($"poison at attempt {delivery.Attempt}"));
        await Eventually(async () => (await queue.MeasureAsync(Ct)).Dead == 1);
        (await DeadReasonsAsync(options)).ShouldBe(["InvalidOperationException: poison at attempt 2"]);
    }

    [Fact]
    public async Task A_broker_restarted_in_the_middle_loses_nothing()
    {
        await UsePrivateBrokerAsync();
        var (queue, other) = await CreateAsync(Options(options => options.VisibilityTimeout = TimeSpan.FromSeconds(2)));
        var messages = Messages(300);
        await queue.PublishAsync([.. messages.Take(200)], Ct);
        await using var consumer = new Consumer(queue, (_, ct) => Task.Delay(10, ct));
        await using var second = new Consumer(other, (_, ct) => Task.Delay(10, ct));
        await Eventually(() => Task.FromResult(consumer.Seen.Count + second.Seen.Count > 20));
        await RestartBrokerAsync();
        await Eventually(() => TryPublishAsync(queue, [.. messages.Skip(200)]), TimeSpan.FromMinutes(2));
        HashSet<Guid> expected = [.. messages.Select(message => message.Id)];
        await Eventually(() => Task.FromResult(expected.SetEquals(consumer.Seen.Concat(second.Seen).Select(delivery => delivery.Message.Id))), TimeSpan.FromMinutes(2));
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0, Dead: 0 }, TimeSpan.FromMinutes(2));
        Remark = $"{consumer.Seen.Count + second.Seen.Count - messages.Count} of {messages.Count} handled twice";
    }

    [Fact]
    public async Task The_age_of_what_waits_is_told()
    {
        var (queue, _) = await CreateAsync(Options());
        (await queue.MeasureAsync(Ct)).ShouldBe(new QueueDepth(0, 0, 0, TimeSpan.Zero));
        await queue.PublishAsync(Messages(4), Ct);
        await Eventually(async () => await queue.MeasureAsync(Ct) is { Ready: 4, Oldest.TotalSeconds: > 1 and < 30 });
    }

    [Fact]
    public async Task A_failed_message_comes_again_and_counts_its_attempts()
    {
        var (queue, _) = await CreateAsync(Options());
        await queue.PublishAsync(Messages(1), Ct);
        await using var consumer = new Consumer(queue, delivery => delivery.Attempt < 3 ? throw new InvalidOperationException("not yet") : Task.CompletedTask);
        await Eventually(async () => consumer.Seen.Count == 3 && (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0, Dead: 0 });
        consumer.Seen.Select(delivery => delivery.Attempt).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task A_poisonous_message_is_set_aside_and_the_others_flow_on()
    {
        var (queue, _) = await CreateAsync(Options(options => options.MaxDeliveries = 3));
        var messages = Messages(5);
        await queue.PublishAsync(messages, Ct);
        await using (var consumer = new Consumer(queue, delivery => delivery.Message.Id == messages[0].Id ? throw new InvalidOperationException("poison") : Task.CompletedTask))
        {
            await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0, Dead: 1 });
            consumer.Seen.Count(delivery => delivery.Message.Id == messages[0].Id).ShouldBe(3);
        }

        (await queue.ReviveAsync(Ct)).ShouldBe(1);
        await using var again = new Consumer(queue, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(again.Seen.Count == 1));
        again.Seen.Single().ShouldBe(new MessageDelivery(messages[0], 1));
    }

    [Fact]
    public async Task A_long_handler_keeps_its_message_to_itself()
    {
        var (queue, other) = await CreateAsync(Options(options => options.VisibilityTimeout = TimeSpan.FromSeconds(1)));
        await queue.PublishAsync(Messages(1), Ct);
        var finish = new TaskCompletionSource();
        await using var consumer = new Consumer(queue, _ => finish.Task);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1));
        await using var second = new Consumer(other, _ => Task.CompletedTask);
        await Task.Delay(TimeSpan.FromSeconds(2.5), Ct);
        finish.SetResult();
        await Eventually(async () => (await queue.MeasureAsync(Ct)) is { Ready: 0, InFlight: 0 });
        second.Seen.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stopped_consumer_gives_back_what_it_had_without_using_up_an_attempt()
    {
        var (queue, other) = await CreateAsync(Options());
        await queue.PublishAsync(Messages(1), Ct);
        var consumer = new Consumer(queue, (_, ct) => Task.Delay(Timeout.Infinite, ct));
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1));
        await consumer.DisposeAsync();
        await using var second = new Consumer(other, _ => Task.CompletedTask);
        await Eventually(() => Task.FromResult(second.Seen.Count == 1));
        second.Seen.Single().Attempt.ShouldBe(1);
    }

    [Fact]
    public async Task An_idle_consumer_is_woken_at_once()
    {
        var (queue, other) = await CreateAsync(Options(options => options.PollInterval = TimeSpan.FromMinutes(1)));
        await using var consumer = new Consumer(queue, _ => Task.CompletedTask);
        await Task.Delay(TimeSpan.FromSeconds(1), Ct);
        await other.PublishAsync(Messages(1), Ct);
        await Eventually(() => Task.FromResult(consumer.Seen.Count == 1), TimeSpan.FromSeconds(10));
    }

    protected static MessagingOptions Options(Action<MessagingOptions>? change = null)
    {
        var options = new MessagingOptions { RetryDelay = TimeSpan.FromMilliseconds(20), PollInterval = TimeSpan.FromMilliseconds(100), ReconnectDelay = TimeSpan.FromMilliseconds(100), VisibilityTimeout = TimeSpan.FromSeconds(30) };
        change?.Invoke(options);
        return options;
    }

    protected static IReadOnlyList<MessageEnvelope> Messages(int count) =>
        [.. Enumerable.Range(1, count).Select(number => new MessageEnvelope(Guid.CreateVersion7(), Guid.CreateVersion7(), "asset_uploaded", $$"""{"n": {{number}}}""")
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
