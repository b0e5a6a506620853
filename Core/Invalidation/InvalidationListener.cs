using System.Text.Json;
using ImageService.Core.Caching;
using ImageService.Core.Registry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Invalidation;

/// <summary>
/// Hears of invalidations on other replicas and makes this process's memory give up the bytes. That nobody is served an invalidated variant does not hang
/// on this:
/// raised generations see to it; a notice lost with a connection only leaves unreachable bytes to be evicted in their turn.
/// </summary>
public sealed class InvalidationListener(Notices notices, VariantCache cache, ILogger<InvalidationListener> logger) : IHostedService
{
    public const string Channel = "invalidations";

    /// <summary>A notice holds at most 8000 bytes; an id in JSON takes 39.</summary>
    public const int AssetsPerNotice = 200;

    private IDisposable? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscription = notices.On(Channel, Hear, lost: static () => { });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
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
