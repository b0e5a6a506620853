using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace ImageService.Core.Messaging;

/// <summary>A consumer on a channel of its own. It ends when the channel does; the broker then gives its messages to others.</summary>
internal sealed class RabbitSubscription : IAsyncDisposable
{
    private readonly Channel<BrokerDelivery> _arrived = Channel.CreateUnbounded<BrokerDelivery>(new UnboundedChannelOptions { SingleWriter = true });
    private readonly RabbitConnection _connection;
    private readonly IChannel _channel;
    private readonly ILogger _log;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _tag = "";

    private RabbitSubscription(RabbitConnection connection, IChannel channel, ILogger log) => (_connection, _channel, _log) = (connection, channel, log);

    /// <summary>Starts to consume.</summary>
    /// <param name="prefetch">Messages the broker hands over before one is answered: as many as are handled at once, so that none waits here while another
    /// worker is free.</param>
    public static async Task<RabbitSubscription> OpenAsync(RabbitConnection connection, ushort prefetch, ILogger log, CancellationToken ct)
    {
        var open = await connection.OpenAsync(ct);
        var channel = await open.CreateChannelAsync(cancellationToken: ct);
        var subscription = new RabbitSubscription(connection, channel, log);
        try
        {
            await channel.BasicQosAsync(prefetchSize: 0, prefetch, global: false, ct);
            channel.ChannelShutdownAsync += (_, _) =>
            {
                subscription._arrived.Writer.TryComplete();
                return Task.CompletedTask;
            };
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.ReceivedAsync += subscription.TakeAsync;

            // The broker cancels a consumer whose queue was deleted or has lost its majority.
            consumer.UnregisteredAsync += (_, _) =>
            {
                subscription._arrived.Writer.TryComplete();
                return Task.CompletedTask;
            };
            subscription._tag = await channel.BasicConsumeAsync(connection.Topology.Work, autoAck: false, consumer, ct);
            return subscription;
        }
        catch
        {
            await channel.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the first message and takes what has arrived.</summary>
    /// <exception cref="ChannelClosedException">The subscription has ended.</exception>
    public async Task<IReadOnlyList<BrokerDelivery>> ReceiveAsync(int limit, CancellationToken ct)
    {
        List<BrokerDelivery> received = [await _arrived.Reader.ReadAsync(ct)];
        while (received.Count < limit && _arrived.Reader.TryRead(out var next)) received.Add(next);
        return received;
    }

    /// <summary>Ends delivery and gives back what arrived and was not taken; what was taken can still be settled.</summary>
    public async Task StopAsync()
    {
        try
        {
            if (!_channel.IsOpen)
                return;
            await _channel.BasicCancelAsync(_tag, noWait: false, CancellationToken.None);
        }
        finally
        {
            _stopped.TrySetResult();
        }

        // What was on its way when the broker confirmed is still told, before the consumer is unregistered: left alone it would cost a delivery.
        await foreach (var waiting in _arrived.Reader.ReadAllAsync(CancellationToken.None)) await waiting.GiveBackAsync(CancellationToken.None);
    }

    public ValueTask DisposeAsync()
    {
        _stopped.TrySetResult();
        return _channel.DisposeAsync();
    }

    private async Task TakeAsync(object sender, BasicDeliverEventArgs arrived)
    {
        try
        {
            var (message, attempt, enqueuedAt) = RabbitMessage.Read(arrived.BasicProperties, arrived.Body.Span);
            await _arrived.Writer.WriteAsync(new Delivery(this, message, attempt, enqueuedAt, arrived.DeliveryTag), arrived.CancellationToken);
        }
        catch (FormatException exception)
        {
            Log.Unreadable(_log, _connection.Topology.Work, exception.Message);
            await _channel.BasicRejectAsync(arrived.DeliveryTag, requeue: false, arrived.CancellationToken);
        }
    }

    /// <summary>
    /// A copy is confirmed before the message it replaces is acknowledged, so a crash between the two makes a second message of the same id and never none.
    /// Where no copy can be made, the message is rejected: the one answer that every version of RabbitMQ counts as a failure.
    /// </summary>
    private sealed class Delivery(RabbitSubscription subscription, MessageEnvelope message, int attempt, DateTimeOffset enqueuedAt, ulong tag)
        : BrokerDelivery(message, attempt, enqueuedAt)
    {
        private RabbitTopology Topology => subscription._connection.Topology;

        /// <summary>The broker waits as long as the connection lives (at most its <c>consumer_timeout</c>, 30 minutes).</summary>
        public override Task ExtendAsync(TimeSpan visibility, CancellationToken ct) => Task.CompletedTask;

        public override Task CompleteAsync(CancellationToken ct) => subscription._channel.BasicAckAsync(tag, multiple: false, ct).AsTask();

        // Not before the broker has ended delivery: what it hands to a consumer that is being cancelled comes back by itself, which counts as a delivery.
        public override async Task GiveBackAsync(CancellationToken ct)
        {
            await subscription._stopped.Task.WaitAsync(ct);
            await ReplaceAsync("", Topology.Work, Attempt - 1, reason: null, ct);
        }

        public override Task RetryAsync(TimeSpan delay, string reason, CancellationToken ct) => ReplaceAsync("", Topology.Retry(delay), Attempt, reason, ct);

        public override Task SetAsideAsync(string reason, CancellationToken ct) => ReplaceAsync(Topology.Dead, "", Attempt, reason, ct);

        private async Task ReplaceAsync(string exchange, string routingKey, int attempts, string? reason, CancellationToken ct)
        {
            var copy = new RabbitPublication(exchange, routingKey, RabbitMessage.Properties(Message, attempts, EnqueuedAt, reason),
                Encoding.UTF8.GetBytes(Message.Body));
            try
            {
                await subscription._connection.PublishAsync([copy], ct);
            }
            catch (Exception exception) when (exception is not OperationCanceledException && subscription._channel.IsOpen)
            {
                await subscription._channel.BasicRejectAsync(tag, requeue: true, ct);
                throw;
            }

            await CompleteAsync(ct);
        }
    }
}
