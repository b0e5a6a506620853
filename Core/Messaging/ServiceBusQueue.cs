using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Messaging;

/// <summary>
/// Azure Service Bus: a queue that somebody else made, and its own sub-queue for dead messages. Rights to send and to listen suffice. Locks are renewed while a
/// handler runs. A queue with duplicate detection drops an id that is published again.
/// </summary>
internal sealed class ServiceBusQueue : IMessageQueue, IAsyncDisposable
{
    /// <summary>Depths are counted by looking, a page at a time, up to here; more is told as this many.</summary>
    private const int MaxCounted = 5_000;
    private const int PeekPage = 250;

    /// <summary>
    /// Wait for a first message. A receipt that is given up leaves messages locked in the client; so receipts are seen through, and a stop waits this long at
    /// most. An empty wait costs one frame each way.
    /// </summary>
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(1);

    private readonly ServiceBusClient _client;
    private readonly ServiceBusSender _sender;
    private readonly ServiceBusReceiver _waiting;
    private readonly ServiceBusReceiver _dead;
    private readonly BrokerConsumer _consumer;
    private readonly MessagingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<ServiceBusQueue> _log;

    public ServiceBusQueue(IOptions<MessagingOptions> options, IOptions<ServiceBusOptions> serviceBus, TimeProvider time, ILogger<ServiceBusQueue> log)
    {
        (_options, _time, _log) = (options.Value, time, log);
        var retries = new ServiceBusRetryOptions { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(500), TryTimeout = TimeSpan.FromSeconds(15) };
        var client = new ServiceBusClientOptions { RetryOptions = retries };
        _client = serviceBus.Value switch
        {
            { ConnectionString: { } connectionString } => new ServiceBusClient(connectionString, client),
            { Namespace: { } name } => new ServiceBusClient(name, new DefaultAzureCredential(), client),
            _ => throw new InvalidOperationException("Service Bus needs ConnectionStrings:queue or Messaging:ServiceBus:Namespace."),
        };
        _sender = _client.CreateSender(_options.QueueName);
        _waiting = _client.CreateReceiver(_options.QueueName);
        _dead = _client.CreateReceiver(_options.QueueName, new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter });
        _consumer = new BrokerConsumer(_options, time, log);
    }

    public string Provider => "servicebus";

    public async Task PublishAsync(IReadOnlyList<MessageEnvelope> messages, CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        var left = new Queue<MessageEnvelope>(messages);
        while (left.Count > 0)
        {
            using var batch = await _sender.CreateMessageBatchAsync(ct);
            while (left.TryPeek(out var next) && batch.TryAddMessage(ServiceBusEnvelope.Write(next, attempts: 0, now, next.Id.ToString())))
                left.Dequeue();
            if (batch.Count == 0)
                throw new InvalidOperationException($"Message {left.Peek().Id} is larger than Service Bus takes ({batch.MaxSizeInBytes} bytes).");
            await _sender.SendMessagesAsync(batch, ct);
        }
    }

    public async Task ConsumeAsync(Func<MessageDelivery, CancellationToken, Task> handle, CancellationToken ct)
    {
        // A receiver of its own: closing it lets go of what Service Bus has sent ahead, which would stay locked here.
        await using var receiver = _client.CreateReceiver(_options.QueueName);
        await _consumer.RunAsync((limit, receiveCt) => ReceiveAsync(receiver, limit, receiveCt), () => Task.CompletedTask, handle, ct);
    }

    public async Task<QueueDepth> MeasureAsync(CancellationToken ct)
    {
        // Looking shows locked messages too; those of this process are known.
        var inFlight = _consumer.InFlight;
        var ready = Math.Max(0, await CountAsync(_waiting, ct) - inFlight);
        return new QueueDepth(ready, inFlight, await CountAsync(_dead, ct), _consumer.Backlog.Measure(ready));
    }

    public async Task<int> ReviveAsync(CancellationToken ct)
    {
        var revived = 0;
        while (await _dead.ReceiveMessagesAsync(PeekPage, TimeSpan.FromSeconds(1), ct) is { Count: > 0 } page)
        {
            foreach (var dead in page)
            {
                if (!TryRead(dead, out var message)) continue; // None of ours stays where it is.
                await _sender.SendMessageAsync(ServiceBusEnvelope.Write(message.Message, attempts: 0, _time.GetUtcNow(), NewId()), ct);
                await _dead.CompleteMessageAsync(dead, ct);
                revived++;
            }
        }

        return revived;
    }

    public async ValueTask DisposeAsync() => await _client.DisposeAsync();

    /// <summary>A copy's own id: duplicate detection must not take it for the message it replaces.</summary>
    private static string NewId() => Guid.CreateVersion7().ToString();

    private async Task<IReadOnlyList<BrokerDelivery>> ReceiveAsync(ServiceBusReceiver receiver, int limit, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        List<BrokerDelivery> deliveries = [];
        foreach (var received in await receiver.ReceiveMessagesAsync(limit, LongPoll, CancellationToken.None))
        {
            if (TryRead(received, out var message))
                deliveries.Add(new Delivery(this, receiver, message.Message, message.Attempt, message.EnqueuedAt, received));
            else await receiver.DeadLetterMessageAsync(received, "Unreadable", "It is none of this service's messages.", CancellationToken.None);
        }

        return deliveries;
    }

    private static async Task<long> CountAsync(ServiceBusReceiver receiver, CancellationToken ct)
    {
        var (counted, from) = (0, 0L);
        while (counted < MaxCounted && await receiver.PeekMessagesAsync(PeekPage, from, ct) is { Count: > 0 } page)
        {
            counted += page.Count;
            from = page[^1].SequenceNumber + 1;
        }

        return counted;
    }

    private bool TryRead(ServiceBusReceivedMessage received, out (MessageEnvelope Message, int Attempt, DateTimeOffset EnqueuedAt) message)
    {
        try
        {
            message = ServiceBusEnvelope.Read(received);
            return true;
        }
        catch (FormatException exception)
        {
            Log.Unreadable(_log, _options.QueueName, exception.Message);
            message = default;
            return false;
        }
    }

    /// <summary>
    /// A copy is sent before the message it replaces is completed, so a crash between the two makes a second message of the same id and never none.
    /// </summary>
    private sealed class Delivery(
        ServiceBusQueue queue, ServiceBusReceiver receiver, MessageEnvelope message, int attempt, DateTimeOffset enqueuedAt,
        ServiceBusReceivedMessage received)
        : BrokerDelivery(message, attempt, enqueuedAt)
    {
        /// <summary>The queue's own lock duration, at least a second whatever the clocks say.</summary>
        public override TimeSpan? Lease { get; } = TimeSpan.FromSeconds(Math.Max(1, (received.LockedUntil - queue._time.GetUtcNow()).TotalSeconds));

        public override Task ExtendAsync(TimeSpan visibility, CancellationToken ct) => receiver.RenewMessageLockAsync(received, ct);

        public override Task CompleteAsync(CancellationToken ct) => receiver.CompleteMessageAsync(received, ct);

        public override Task GiveBackAsync(CancellationToken ct)
        {
            // Service Bus counts it as a delivery all the same.
            var changes = new Dictionary<string, object> { [ServiceBusEnvelope.Attempts] = ServiceBusEnvelope.AttemptsOf(received) - 1 };
            return receiver.AbandonMessageAsync(received, changes, ct);
        }

        public override async Task RetryAsync(TimeSpan delay, string reason, CancellationToken ct)
        {
            var copy = ServiceBusEnvelope.Write(Message, Attempt, EnqueuedAt, NewId());
            copy.ScheduledEnqueueTime = queue._time.GetUtcNow() + delay;
            await queue._sender.SendMessageAsync(copy, ct);
            await CompleteAsync(ct);
        }

        public override Task SetAsideAsync(string reason, CancellationToken ct) =>
            receiver.DeadLetterMessageAsync(received, "TooManyDeliveries", reason, ct);
    }
}
