using System.Globalization;
using Amazon;
using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Messaging;

/// <summary>
/// Amazon SQS: a standard queue and a second one for dead messages, <c>{name}-dead</c>. A failed message stays invisible for its delay. Amazon keeps the
/// order as
/// well as it can and no better, and a message may come twice without any failure.
/// </summary>
internal sealed class SqsQueue : IMessageQueue, IDisposable
{
    /// <summary>Most messages per request, and most bytes of them together: Amazon's limits.</summary>
    private const int MaxBatch = 10;
    private const int MaxBatchBytes = 256 * 1024;

    /// <summary>
    /// Wait for a first message. A call that is given up may still be handed messages, which nobody sees until they are visible again; so calls are seen
    /// through,
    /// and a stop waits this long at most.
    /// </summary>
    private static readonly TimeSpan LongPoll = TimeSpan.FromSeconds(3);

    private readonly MessagingOptions _options;
    private readonly ILogger<SqsQueue> _log;
    private readonly TimeProvider _time;
    private readonly AmazonSQSClient _client;
    private readonly BrokerConsumer _consumer;
    private readonly SqsQueueUrls _urls;

    public SqsQueue(IOptions<MessagingOptions> options, IOptions<SqsOptions> sqs, TimeProvider time, ILogger<SqsQueue> log)
    {
        (_options, _time, _log) = (options.Value, time, log);
        _client = Connect(sqs.Value);
        _urls = new SqsQueueUrls(_client, _options);
        _consumer = new BrokerConsumer(_options, time, log);
    }

    public string Provider => "sqs";

    public async Task PublishAsync(IReadOnlyList<MessageEnvelope> messages, CancellationToken ct)
    {
        var url = (await _urls.GetAsync(ct)).Work;
        var now = _time.GetUtcNow();
        foreach (var batch in Batches(messages)) await SendAsync(url, [.. batch.Select(message => SqsMessage.Write(message, attempts: 0, now))], ct);
    }

    public Task ConsumeAsync(Func<MessageDelivery, CancellationToken, Task> handle, CancellationToken ct) =>
        _consumer.RunAsync(ReceiveAsync, () => Task.CompletedTask, handle, ct);

    public async Task<QueueDepth> MeasureAsync(CancellationToken ct)
    {
        var urls = await _urls.GetAsync(ct);
        var work = await _client.GetQueueAttributesAsync(urls.Work, ["All"], ct);
        var dead = await _client.GetQueueAttributesAsync(urls.Dead, ["All"], ct);
        long ready = work.ApproximateNumberOfMessages + work.ApproximateNumberOfMessagesDelayed;
        return new QueueDepth(ready, work.ApproximateNumberOfMessagesNotVisible, dead.ApproximateNumberOfMessages, _consumer.Backlog.Measure(ready));
    }

    public async Task<int> ReviveAsync(CancellationToken ct)
    {
        var urls = await _urls.GetAsync(ct);
        var revived = 0;
        while (await ReceiveAsync(urls.Dead, MaxBatch, TimeSpan.Zero, ct) is { Count: > 0 } page)
        {
            foreach (var dead in page)
            {
                if (!TryRead(dead, out var message)) continue; // None of ours stays where it is.
                await SendAsync(urls.Work, [SqsMessage.Write(message.Message, attempts: 0, _time.GetUtcNow())], ct);
                await _client.DeleteMessageAsync(urls.Dead, dead.ReceiptHandle, ct);
                revived++;
            }
        }

        return revived;
    }

    public void Dispose()
    {
        _urls.Dispose();
        _client.Dispose();
    }

    private static AmazonSQSClient Connect(SqsOptions options)
    {
        var config = new AmazonSQSConfig { RetryMode = RequestRetryMode.Standard, MaxErrorRetry = 2, Timeout = LongPoll + TimeSpan.FromSeconds(10) };
        if (options.Region is { } region && options.ServiceUrl is null)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        if (options.ServiceUrl is { } url)
            (config.ServiceURL, config.AuthenticationRegion) = (url, options.Region ?? "us-east-1");
        return options is { AccessKey: { } key, SecretKey: { } secret }
            ? new AmazonSQSClient(new BasicAWSCredentials(key, secret), config) : new AmazonSQSClient(config);
    }

    /// <summary>Cuts messages into requests, in order.</summary>
    private static IEnumerable<List<MessageEnvelope>> Batches(IReadOnlyList<MessageEnvelope> messages)
    {
        List<MessageEnvelope> batch = [];
        var bytes = 0;
        foreach (var message in messages)
        {
            var size = SqsMessage.SizeOf(message);
            if (batch.Count == MaxBatch || (batch.Count > 0 && bytes + size > MaxBatchBytes))
            {
                yield return batch;
                (batch, bytes) = ([], 0);
            }

            batch.Add(message);
            bytes += size;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <exception cref="AmazonSQSException">One of them was refused.</exception>
    private async Task SendAsync(string url, List<SendMessageBatchRequestEntry> entries, CancellationToken ct)
    {
        for (var i = 0; i < entries.Count; i++) entries[i].Id = i.ToString(CultureInfo.InvariantCulture);
        var sent = await _client.SendMessageBatchAsync(url, entries, ct);
        if (sent.Failed is { Count: > 0 } failed)
            throw new AmazonSQSException($"SQS refused {failed.Count} of {entries.Count} messages: {failed[0].Code} {failed[0].Message}");
    }

    private async Task<IReadOnlyList<BrokerDelivery>> ReceiveAsync(int limit, CancellationToken ct)
    {
        var urls = await _urls.GetAsync(ct);
        List<BrokerDelivery> deliveries = [];
        foreach (var received in await ReceiveAsync(urls.Work, Math.Min(limit, MaxBatch), LongPoll, CancellationToken.None))
        {
            if (TryRead(received,
                out var message)) deliveries.Add(new Delivery(this, urls, message.Message, message.Attempt, message.EnqueuedAt, received.ReceiptHandle));
            else await SetAsideUnreadableAsync(urls, received, CancellationToken.None);
        }

        return deliveries;
    }

    private async Task<List<Message>> ReceiveAsync(string url, int limit, TimeSpan wait, CancellationToken ct)
    {
        var request = new ReceiveMessageRequest
        {
            QueueUrl = url,
            MaxNumberOfMessages = limit,
            WaitTimeSeconds = (int)wait.TotalSeconds,
            VisibilityTimeout = Seconds(_options.VisibilityTimeout),
            MessageAttributeNames = ["All"],
            MessageSystemAttributeNames = ["All"],
        };
        return (await _client.ReceiveMessageAsync(request, ct)).Messages ?? [];
    }

    private async Task SetAsideUnreadableAsync(SqsUrls urls, Message received, CancellationToken ct)
    {
        await _client.SendMessageAsync(new SendMessageRequest(urls.Dead, received.Body) { MessageAttributes = received.MessageAttributes }, ct);
        await _client.DeleteMessageAsync(urls.Work, received.ReceiptHandle, ct);
    }

    private bool TryRead(Message received, out (MessageEnvelope Message, int Attempt, DateTimeOffset EnqueuedAt) message)
    {
        try
        {
            message = SqsMessage.Read(received);
            return true;
        }
        catch (FormatException exception)
        {
            Log.Unreadable(_log, _options.QueueName, exception.Message);
            message = default;
            return false;
        }
    }

    /// <summary>SQS counts time in whole seconds, up to twelve hours.</summary>
    private static int Seconds(TimeSpan time) => (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 0, 43_200);

    /// <summary>
    /// A copy is sent before the message it replaces is deleted, so a crash between the two makes a second message of the same id and never none.
    /// </summary>
    private sealed class Delivery(SqsQueue queue, SqsUrls urls, MessageEnvelope message, int attempt, DateTimeOffset enqueuedAt, string receipt)
        : BrokerDelivery(message, attempt, enqueuedAt)
    {
        public override Task ExtendAsync(TimeSpan visibility, CancellationToken ct) => ChangeVisibilityAsync(visibility, ct);

        public override Task CompleteAsync(CancellationToken ct) => queue._client.DeleteMessageAsync(urls.Work, receipt, ct);

        /// <summary>Amazon counts every receipt, so a message that was not tried is sent anew rather than let go.</summary>
        public override Task GiveBackAsync(CancellationToken ct) => ReplaceAsync(urls.Work, Attempt - 1, reason: null, ct);

        public override Task RetryAsync(TimeSpan delay, string reason, CancellationToken ct) => ChangeVisibilityAsync(delay, ct);

        public override Task SetAsideAsync(string reason, CancellationToken ct) => ReplaceAsync(urls.Dead, Attempt, reason, ct);

        private Task<ChangeMessageVisibilityResponse> ChangeVisibilityAsync(TimeSpan time, CancellationToken ct) =>
            queue._client.ChangeMessageVisibilityAsync(urls.Work, receipt, Seconds(time), ct);

        private async Task ReplaceAsync(string url, int attempts, string? reason, CancellationToken ct)
        {
            await queue.SendAsync(url, [SqsMessage.Write(Message, attempts, EnqueuedAt, reason)], ct);
            await CompleteAsync(ct);
        }
    }
}
