using ImageService.Core.Invalidation.Cdn;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Invalidation;

/// <summary>
/// Verifies that an edge has forgotten: a sample of purged URLs must answer there as they do at the origin, with the same status and ETag. An edge may need
/// seconds, so it is asked again
/// until its time is up.
/// </summary>
public sealed class EdgeVerification(HttpClient http, IOptions<InvalidationOptions> options, TimeProvider time, ILogger<EdgeVerification> logger) : IDisposable
{
    private const int Sample = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Verifies; does nothing where origin or edge is not configured or no URL is known.</summary>
    /// <exception cref="CdnPurgeException">The edge still answers with something else when the time is up.</exception>
    public async Task VerifyAsync(PurgedCdn cdn, IReadOnlyList<string> paths, CancellationToken ct)
    {
        if (cdn.PublicBaseUrl is not { } edge || options.Value.OriginBaseUrl is not { } origin || options.Value.VerifyTimeout == TimeSpan.Zero)
            return;
        foreach (var path in paths.Take(Sample))
            await VerifyAsync(cdn.Purger.Provider, new Uri(edge, path), new Uri(new Uri(origin), path), ct);
        if (paths.Count > 0)
            Log.EdgeFresh(logger, cdn.Purger.Provider);
    }

    public void Dispose() => http.Dispose();

    private async Task VerifyAsync(string provider, Uri edge, Uri origin, CancellationToken ct)
    {
        var started = time.GetTimestamp();
        try
        {
            while (await AskAsync(edge, ct) != await AskAsync(origin, ct))
            {
                if (time.GetElapsedTime(started) > options.Value.VerifyTimeout)
                {
                    Log.EdgeStale(logger, provider);
                    throw new CdnPurgeException($"{provider} still answers with an old image after a purge.");
                }

                await Task.Delay(Pause, time, ct);
            }
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !ct.IsCancellationRequested))
        {
            // Cancelled, and not by us: the client's own limit of time.
            throw new CdnPurgeException($"{provider} or the origin could not be reached to verify a purge.", exception);
        }
    }

    private async Task<(int Status, string? ETag)> AskAsync(Uri url, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, url);
        using var response = await http.SendAsync(request, ct);
        return ((int)response.StatusCode, response.Headers.ETag?.Tag);
    }
}
