using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Messaging;

/// <summary>
/// Google Cloud Pub/Sub over REST: a topic with one pull subscription for work and another pair, <c>{name}-dead</c>, for dead messages. A failed message is
/// let go and comes again
/// by the subscription's back-off. There is no order, and depths come from Cloud Monitoring, minutes late.
/// </summary>
internal sealed class PubSubQueue : IMessageQueue, IDisposable
{
    /// <summary>Messages per call; Google's limits are 1000 and ten megabytes.</summary>
    private const int MaxBatch = 500;

    /// <summary>Google's own dead-letter policy is the last resort; it also makes Pub/Sub count deliveries. A hundred is the most it takes.</summary>
    public const int MaxAttempts = 100;

    /// <summary>Google's shortest and longest acknowledgement deadline.</summary>
    private static readonly TimeSpan MinDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxDeadline = TimeSpan.FromSeconds(600);

    private readonly MessagingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<PubSubQueue> _log;
    private readonly PubSubClient _client;
    private readonly BrokerConsumer _consumer;
    private readonly SemaphoreSlim _making = new(1, 1);
    private bool _made;

    public PubSubQueue(IOptions<MessagingOptions> options, IOptions<PubSubOptions> pubSub, TimeProvider time, ILogger<PubSubQueue> log)
    {
        (_options, _time, _log) = (options.Value, time, log);
        _client = new PubSubClient(pubSub.Value);
        _consumer = new BrokerConsumer(_options, time, log);
    }

    public string Provider => "pubsub";

    private string Dead => $"{_options.QueueName}-dead";

    private string Work => _client.Subscription(_options.QueueName);

    private TimeSpan Deadline => TimeSpan.FromTicks(Math.Clamp(_options.VisibilityTimeout.Ticks, MinDeadline.Ticks, MaxDeadline.Ticks));

    public async Task PublishAsync(IReadOnlyList<MessageEnvelope> messages, CancellationToken ct)
    {
        await MakeAsync(ct);
        var now = _time.GetUtcNow();
        foreach (var batch in messages.Chunk(MaxBatch)) await PublishAsync(_options.QueueName,
            [.. batch.Select(message => PubSubMessage.Write(message, attempts: 0, now))], ct);
    }

    public Task ConsumeAsync(Func<MessageDelivery, CancellationToken, Task> handle, CancellationToken ct) =>
        _consumer.RunAsync(ReceiveAsync, () => Task.CompletedTask, handle, ct);

    public async Task<QueueDepth> MeasureAsync(CancellationToken ct)
    {
        await MakeAsync(ct);
        var now = _time.GetUtcNow();
        var inFlight = _consumer.InFlight;
        var ready = Math.Max(0, await _client.MetricAsync("num_undelivered_messages", _options.QueueName, now, ct) - inFlight);
        return new QueueDepth(ready, inFlight, await _client.MetricAsync("num_undelivered_messages", Dead, now, ct), _consumer.Backlog.Measure(ready));
    }

    public async Task<int> ReviveAsync(CancellationToken ct)
    {
        await MakeAsync(ct);
        var revived = 0;
        while (await PullAsync(Dead, MaxBatch, ct) is { Count: > 0 } page)
        {
            foreach (var dead in page)
            {
                if (!TryRead(dead, out var message)) continue; // None of ours stays where it is.
                await PublishAsync(_options.QueueName, [PubSubMessage.Write(message.Message, attempts: 0, _time.GetUtcNow())], ct);
                await AcknowledgeAsync(Dead, dead.AckId, ct);
                revived++;
            }
        }

        return revived;
    }

    public void Dispose()
    {
        _client.Dispose();
        _making.Dispose();
    }

    private static string Seconds(TimeSpan time) => $"{(long)Math.Ceiling(time.TotalSeconds)}s";

    private async Task MakeAsync(CancellationToken ct)
    {
        if (_made || !_options.CreateQueues)
            return;
        await _making.WaitAsync(ct);
        try
        {
            if (_made)
                return;
            foreach (var name in new[] { Dead, _options.QueueName }) await _client.CreateAsync(_client.Topic(name), new { }, ct);
            await _client.CreateAsync(_client.Subscription(Dead), new { topic = _client.Topic(Dead), ackDeadlineSeconds = 60, expirationPolicy = new { } }, ct);
            await _client.CreateAsync(Work, WorkSubscription(), ct);
            _made = true;
        }
        finally
        {
            _making.Release();
        }
    }

    private object WorkSubscription() => new
    {
        topic = _client.Topic(_options.QueueName),
        ackDeadlineSeconds = (int)Deadline.TotalSeconds,
        expirationPolicy = new { }, // Never, also where nobody listens for a month.
        retryPolicy = new
        {
            minimumBackoff = Seconds(_options.RetryDelay < MaxDeadline ? _options.RetryDelay : MaxDeadline),
            maximumBackoff = Seconds(_options.MaxRetryDelay < MaxDeadline ? _options.MaxRetryDelay : MaxDeadline),
        },
        deadLetterPolicy = new { deadLetterTopic = _client.Topic(Dead), maxDeliveryAttempts = MaxAttempts },
    };

    private Task PublishAsync(string topic, IReadOnlyList<PubSubMessage> messages, CancellationToken ct) =>
        _client.CallAsync(_client.Topic(topic), "publish", new { messages }, ct);

    private Task AcknowledgeAsync(string subscription, string ackId, CancellationToken ct) =>
        _client.CallAsync(_client.Subscription(subscription), "acknowledge", new { ackIds = new[] { ackId } }, ct);

    private Task ModifyDeadlineAsync(string ackId, TimeSpan deadline, CancellationToken ct) =>
        _client.CallAsync(Work, "modifyAckDeadline", new { ackIds = new[] { ackId }, ackDeadlineSeconds = (int)deadline.TotalSeconds }, ct);

    /// <summary>A pull waits until something is there, or until Google answers with nothing.</summary>
    private async Task<IReadOnlyList<Received>> PullAsync(string subscription, int limit, CancellationToken ct) =>
        (await _client.CallAsync<Pulled>(_client.Subscription(subscription), "pull", new { maxMessages = limit }, ct)).ReceivedMessages ?? [];

    private async Task<IReadOnlyList<BrokerDelivery>> ReceiveAsync(int limit, CancellationToken ct)
    {
        await MakeAsync(ct);
        List<BrokerDelivery> deliveries = [];
        foreach (var received in await PullAsync(_options.QueueName, limit, ct))
        {
            if (TryRead(received, out var message))
                deliveries.Add(new Delivery(this, message.Message, message.Attempt, message.EnqueuedAt, received.AckId));
            else await SetAsideUnreadableAsync(received, ct);
        }

        return deliveries;
    }

    private async Task SetAsideUnreadableAsync(Received received, CancellationToken ct)
    {
        await PublishAsync(Dead, [received.Message], ct);
        await AcknowledgeAsync(_options.QueueName, received.AckId, ct);
    }

    private bool TryRead(Received received, out (MessageEnvelope Message, int Attempt, DateTimeOffset EnqueuedAt) message)
    {
        try
        {
            message = received.Message.Read(received.DeliveryAttempt);
            return true;
        }
        catch (FormatException exception)
        {
            Log.Unreadable(_log, _options.QueueName, exception.Message);
            message = default;
            return false;
        }
    }

    private sealed record Pulled([property: JsonPropertyName("receivedMessages")] IReadOnlyList<Received>? ReceivedMessages);

    private sealed record Received(
        [property: JsonPropertyName("ackId")] string AckId,
        [property: JsonPropertyName("message")] PubSubMessage Message,
        [property: JsonPropertyName("deliveryAttempt")] int DeliveryAttempt);

    /// <summary>
    /// A copy is published before the message it replaces is acknowledged, so a crash between the two makes a second message of the same id and never none.
    /// </summary>
    private sealed class Delivery(PubSubQueue queue, MessageEnvelope message, int attempt, DateTimeOffset enqueuedAt, string ackId)
        : BrokerDelivery(message, attempt, enqueuedAt)
    {
        public override TimeSpan? Lease => queue.Deadline;

        public override Task ExtendAsync(TimeSpan visibility, CancellationToken ct) => queue.ModifyDeadlineAsync(ackId, queue.Deadline, ct);

        public override Task CompleteAsync(CancellationToken ct) => queue.AcknowledgeAsync(queue._options.QueueName, ackId, ct);

        /// <summary>Google counts a message that is let go as a failed delivery, so one that was not tried is published anew.</summary>
        public override Task GiveBackAsync(CancellationToken ct) => ReplaceAsync(queue._options.QueueName, Attempt - 1, reason: null, ct);

        /// <summary>Let go: the subscription's back-off grows by the same rule as <see cref="MessagingOptions.DelayAfter"/>, up to ten minutes.</summary>
        public override Task RetryAsync(TimeSpan delay, string reason, CancellationToken ct) => queue.ModifyDeadlineAsync(ackId, TimeSpan.Zero, ct);

        public override Task SetAsideAsync(string reason, CancellationToken ct) => ReplaceAsync(queue.Dead, Attempt, reason, ct);

        private async Task ReplaceAsync(string topic, int attempts, string? reason, CancellationToken ct)
        {
            await queue.PublishAsync(topic, [PubSubMessage.Write(Message, attempts, EnqueuedAt, reason)], ct);
            await CompleteAsync(ct);
        }
    }
}
