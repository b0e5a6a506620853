using System.Text.Json;
using ImageService.Core.Caching;
using ImageService.Core.Registry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ImageService.Core.Invalidation;

/// <summary>
/// Hears of invalidations on other replicas and makes this process's memory give up the bytes. That nobody is served an invalidated variant does not hang on this:
/// raised generations see to it; a notice lost with a connection only leaves unreachable bytes to be evicted in their turn.
/// </summary>
public sealed class InvalidationListener(NpgsqlDataSource source, VariantCache cache, TimeProvider time, ILogger<InvalidationListener> logger) : BackgroundService
{
    public const string Channel = "invalidations";

    /// <summary>A notice holds at most 8000 bytes; an id in JSON takes 39.</summary>
    public const int AssetsPerNotice = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (RegistryFailure.IsUnavailable(exception) || exception is IOException or InvalidOperationException)
            {
                Log.ListenerLost(logger, exception);
                await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        connection.Notification += (_, notification) => Hear(notification.Payload);
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await listen.ExecuteNonQueryAsync(ct);
        while (true)
            await connection.WaitAsync(ct);
    }

    private void Hear(string payload)
    {
        try
        {
            if (JsonSerializer.Deserialize<HashSet<Guid>>(payload) is { } assets)
                cache.ForgetInMemory(assets);
        }
        catch (JsonException exception)
        {
            Log.NoticeUnreadable(logger, exception);
        }
    }
}
