using RabbitMQ.Client;

namespace ImageService.Core.Messaging;

/// <summary>
/// One connection to RabbitMQ, made when it is first needed and again whenever it was lost, with the queues declared and a channel for publishing.
/// Recovery is here rather than in the client, so that a start while the broker is away is the same as an outage later.
/// </summary>
internal sealed class RabbitConnection(IConnectionFactory factory, MessagingOptions options) : IAsyncDisposable, IDisposable
{
    /// <summary>A broker that takes longer to confirm is away, or refuses publishers because its memory or disk runs out.</summary>
    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    private static readonly CreateChannelOptions Confirmed = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly SemaphoreSlim _publishing = new(1, 1);
    private IConnection? _connection;
    private IChannel? _publisher;

    public RabbitTopology Topology { get; } = new(options);

    /// <summary>The open connection, behind which every queue exists.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.BrokerUnreachableException">The broker is away or refuses the credentials.</exception>
    public async Task<IConnection> OpenAsync(CancellationToken ct)
    {
        if (_connection is { IsOpen: true } open)
            return open;
        await _connecting.WaitAsync(ct);
        try
        {
            if (_connection is { IsOpen: true } meanwhile)
                return meanwhile;
            if (_connection is not null)
                await _connection.DisposeAsync();
            _connection = null;
            var connection = await factory.CreateConnectionAsync("imageservice", ct);
            try
            {
                if (options.CreateQueues)
                    await DeclareAsync(connection, ct);
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }

            return _connection = connection;
        }
        finally
        {
            _connecting.Release();
        }
    }

    /// <summary>Returns once the broker has confirmed every message, in this order.</summary>
    /// <exception cref="RabbitMQ.Client.Exceptions.PublishException">The broker refused one, or there is no such queue.</exception>
    /// <exception cref="TimeoutException">The broker did not confirm in time.</exception>
    public async Task PublishAsync(IEnumerable<RabbitPublication> publications, CancellationToken ct)
    {
        await _publishing.WaitAsync(ct);
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(ConfirmTimeout);
            var channel = await PublisherAsync(limit.Token);
            await Task.WhenAll([.. publications.Select(message =>
                channel.BasicPublishAsync(message.Exchange, message.RoutingKey, mandatory: true, message.Properties, message.Body, limit.Token).AsTask())]);
        }
        catch (OperationCanceledException exception) when (!ct.IsCancellationRequested)
        {
            await DropPublisherAsync();
            throw new TimeoutException($"RabbitMQ did not confirm within {ConfirmTimeout}.", exception);
        }
        finally
        {
            _publishing.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_publisher is not null)
            await _publisher.DisposeAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        DisposeGates();
    }

    public void Dispose()
    {
        _publisher?.Dispose();
        _connection?.Dispose();
        DisposeGates();
    }

    private void DisposeGates()
    {
        _connecting.Dispose();
        _publishing.Dispose();
    }

    private async Task DeclareAsync(IConnection connection, CancellationToken ct)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        await Topology.DeclareAsync(channel, ct);
    }

    private async Task<IChannel> PublisherAsync(CancellationToken ct)
    {
        if (_publisher is { IsOpen: true } open)
            return open;
        await DropPublisherAsync();
        var connection = await OpenAsync(ct);
        return _publisher = await connection.CreateChannelAsync(Confirmed, ct);
    }

    private async Task DropPublisherAsync()
    {
        if (_publisher is not null)
            await _publisher.DisposeAsync();
        _publisher = null;
    }
}

/// <summary>A message on its way to an exchange; the default exchange is the empty text, where the routing key names the queue.</summary>
internal sealed record RabbitPublication(string Exchange, string RoutingKey, BasicProperties Properties, ReadOnlyMemory<byte> Body);
