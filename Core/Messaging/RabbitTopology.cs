using RabbitMQ.Client;

namespace ImageService.Core.Messaging;

/// <summary>
/// The queues of RabbitMQ: <c>{name}</c> for work, <c>{name}.retry.{ms}</c> for each delay, whose messages fall back into the first when their time is
/// over, and
/// <c>{name}.dead</c> behind the dead-letter exchange of that name. All are quorum queues that hand messages over at least once and refuse a publisher
/// rather than drop anything.
/// A queue's arguments cannot change once it exists, so whatever may be configured (delays, deliveries) is in names or in this process, not in arguments.
/// </summary>
internal sealed class RabbitTopology(MessagingOptions options)
{
    /// <summary>
    /// The broker's own limit on unanswered deliveries, its last resort: beyond every <see cref="MessagingOptions.MaxDeliveries"/>, which are counted here.
    /// </summary>
    private const int DeliveryLimit = 1001;

    private readonly TimeSpan[] _delays = [.. Enumerable.Range(1, options.MaxDeliveries)
        .Select(options.DelayAfter).Where(delay => delay > TimeSpan.Zero).Distinct()];

    public string Work => options.QueueName;

    public string Dead => $"{options.QueueName}.dead";

    /// <summary>The queues whose messages come again by themselves.</summary>
    public IEnumerable<string> Retries => _delays.Select(Retry);

    /// <summary>Where a message waits for its next delivery.</summary>
    public string Retry(TimeSpan delay) => delay <= TimeSpan.Zero ? Work : $"{options.QueueName}.retry.{(long)delay.TotalMilliseconds}";

    /// <summary>Makes what is missing.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.OperationInterruptedException">A queue of that name exists with other arguments, or the user may not
    /// make it.</exception>
    public async Task DeclareAsync(IChannel channel, CancellationToken ct)
    {
        await channel.ExchangeDeclareAsync(Dead, ExchangeType.Fanout, durable: true, cancellationToken: ct);
        await DeclareAsync(channel, Dead, [], ct);
        await channel.QueueBindAsync(Dead, Dead, routingKey: "", cancellationToken: ct);
        await DeclareAsync(channel, Work,
            new() { ["x-dead-letter-exchange"] = Dead, ["x-dead-letter-strategy"] = "at-least-once", ["x-delivery-limit"] = DeliveryLimit }, ct);
        foreach (var delay in _delays)
        {
            Dictionary<string, object?> arguments = new()
            {
                ["x-message-ttl"] = (long)delay.TotalMilliseconds,
                ["x-dead-letter-exchange"] = "",
                ["x-dead-letter-routing-key"] = Work,
                ["x-dead-letter-strategy"] = "at-least-once",
            };
            await DeclareAsync(channel, Retry(delay), arguments, ct);
        }
    }

    private static Task<QueueDeclareOk> DeclareAsync(IChannel channel, string queue, Dictionary<string, object?> arguments, CancellationToken ct)
    {
        arguments["x-queue-type"] = "quorum";
        arguments["x-overflow"] = "reject-publish";
        return channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: ct);
    }
}
