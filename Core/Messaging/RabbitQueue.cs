using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace ImageService.Core.Messaging;

/// <summary>
/// RabbitMQ 3.10 or later, through quorum queues. A message whose consumer failed is copied to the queue of its delay; the broker forgets no message that
/// it confirmed.
/// A publisher that repeats itself makes a second message of the same id.
/// </summary>
internal sealed class RabbitQueue : IMessageQueue, IAsyncDisposable, IDisposable
{
    private readonly MessagingOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<RabbitQueue> _log;
    private readonly RabbitConnection _connection;
    private readonly BrokerConsumer _consumer;

    public RabbitQueue(IConnectionFactory factory, IOptions<MessagingOptions> options, TimeProvider time, ILogger<RabbitQueue> log)
    {
        (_options, _time, _log) = (options.Value, time, log);
        _connection = new RabbitConnection(factory, _options);
        _consumer = new BrokerConsumer(_options, time, log);
    }

    public string Provider => "rabbitmq";

    public Task PublishAsync(IReadOnlyList<MessageEnvelope> messages, CancellationToken ct) =>
        messages.Count == 0 ? Task.CompletedTask : _connection.PublishAsync(messages.Select(message => New(message, _time.GetUtcNow())), ct);

    public async Task ConsumeAsync(Func<MessageDelivery, CancellationToken, Task> handle, CancellationToken ct)
    {
        RabbitSubscription? subscription = null;
        try
        {
            await _consumer.RunAsync(ReceiveAsync, () => subscription?.StopAsync() ?? Task.CompletedTask, handle, ct);
        }
        finally
        {
            if (subscription is not null)
                await subscription.DisposeAsync();
        }

        async Task<IReadOnlyList<BrokerDelivery>> ReceiveAsync(int limit, CancellationToken receiveCt)
        {
            subscription ??= await RabbitSubscription.OpenAsync(_connection, (ushort)_options.Concurrency, _log, receiveCt);
            try
            {
                return await subscription.ReceiveAsync(limit, receiveCt);
            }
            catch (System.Threading.Channels.ChannelClosedException)
            {
                await subscription.DisposeAsync();
                subscription = null;
                throw;
            }
        }
    }

    public async Task<QueueDepth> MeasureAsync(CancellationToken ct)
    {
        var connection = await _connection.OpenAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        long ready = 0;
        foreach (var queue in _connection.Topology.Retries.Prepend(
            _connection.Topology.Work)) ready += (await channel.QueueDeclarePassiveAsync(queue, ct)).MessageCount;
        var dead = (await channel.QueueDeclarePassiveAsync(_connection.Topology.Dead, ct)).MessageCount;
        return new QueueDepth(ready, _consumer.InFlight, dead, _consumer.Backlog.Measure(ready));
    }

    public async Task<int> ReviveAsync(CancellationToken ct)
    {
        var connection = await _connection.OpenAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        var revived = 0;
        for (var left = (await channel.QueueDeclarePassiveAsync(_connection.Topology.Dead, ct)).MessageCount; left > 0; left--)
        {
            if (await channel.BasicGetAsync(_connection.Topology.Dead, autoAck: false, ct) is not { } dead)
                break;
            if (!TryRead(dead, out var message)) continue; // None of ours stays where it is; closing the channel gives it back.
            await _connection.PublishAsync([New(message, _time.GetUtcNow())], ct);
            await channel.BasicAckAsync(dead.DeliveryTag, multiple: false, ct);
            revived++;
        }

        return revived;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    public void Dispose() => _connection.Dispose();

    private RabbitPublication New(MessageEnvelope message, DateTimeOffset now) =>
        new("", _connection.Topology.Work, RabbitMessage.Properties(message, attempts: 0, now), Encoding.UTF8.GetBytes(message.Body));

    private bool TryRead(BasicGetResult dead, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out MessageEnvelope? message)
    {
        try
        {
            message = RabbitMessage.Read(dead.BasicProperties, dead.Body.Span).Message;
            return true;
        }
        catch (FormatException exception)
        {
            Log.Unreadable(_log, _connection.Topology.Dead, exception.Message);
            message = null;
            return false;
        }
    }
}
