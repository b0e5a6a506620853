using ImageService.Core.Invalidation.Cdn;
using ImageService.Core.Messaging;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Invalidation;

/// <summary>
/// Purges every configured CDN, side by side, when a message says that edges hold stale images, and verifies it there. One that fails does not keep the
/// others from it.
/// </summary>
public sealed class CdnPurges(IReadOnlyList<PurgedCdn> cdns, EdgeVerification verification, ImageServiceMetrics metrics, ILogger<CdnPurges> logger)
    : IDisposable
{
    /// <summary>Purges.</summary>
    /// <param name="message">What is stale.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="note">Is told, where there are caches, what became of it at each, before a failure is thrown.</param>
    /// <exception cref="AggregateException">
    /// Some CDN could not be purged after all retries, or still answers with an old image; the message is to be given back to the queue. Purging twice is
    /// harmless.
    /// </exception>
    public async Task PurgeAsync(EdgesStale message, CancellationToken ct, Func<IReadOnlyList<PurgeResult>, CancellationToken, Task>? note = null)
    {
        var purge = new CdnPurge(message.Tags, message.Prefixes, message.Paths);
        var results = await Task.WhenAll(cdns.Select(cdn => TryAsync(cdn, purge, ct)));
        if (cdns.Count > 0 && note is not null)
            await note([.. cdns.Zip(results, static (cdn, failure) => new PurgeResult(cdn.Name, failure?.Message))], ct);
        var failures = results.OfType<CdnPurgeException>().ToArray();
        if (failures.Length > 0)
            throw new AggregateException("A CDN could not be purged.", failures);
    }

    public void Dispose()
    {
        foreach (var cdn in cdns)
            cdn.Purger.Dispose();
    }

    private async Task<CdnPurgeException?> TryAsync(PurgedCdn cdn, CdnPurge purge, CancellationToken ct)
    {
        var provider = cdn.Purger.Provider;
        try
        {
            await cdn.Purger.PurgeAsync(purge, ct);
            await verification.VerifyAsync(cdn, purge.Paths, ct);
            metrics.CdnPurged(provider, succeeded: true);
            Log.Purged(logger, provider, purge.Tags.Count);
            return null;
        }
        catch (CdnPurgeException exception)
        {
            metrics.CdnPurged(provider, succeeded: false);
            Log.PurgeFailed(logger, exception, provider, purge.Tags.Count);
            return exception;
        }
    }
}

/// <summary>A configured cache in front of the service.</summary>
/// <param name="Purger">How it is purged.</param>
/// <param name="PublicBaseUrl">Where the public reaches it; null: purges there are not verified.</param>
public sealed record PurgedCdn(ICdnPurger Purger, Uri? PublicBaseUrl)
{
    /// <summary>The product, with its number where there are several of it: <c>varnish</c>, <c>varnish 2</c>.</summary>
    public string Name { get; init; } = Purger.Provider;
}

/// <summary>What became of a purge.</summary>
/// <param name="Name">Of the cache.</param>
/// <param name="Problem">Why it failed; null where it did not.</param>
public sealed record PurgeResult(string Name, string? Problem);
