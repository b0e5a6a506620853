using System.Net;

namespace ImageService.Core.Invalidation.Cdn;

/// <summary>
/// nginx with a purge location (a commercial subscription's <c>proxy_cache_purge</c> or a purge module): one <c>PURGE</c> per known URL,
/// because it knows no tags. An answer of 404 or 412 means "not cached".
/// </summary>
public sealed class NginxPurger(PurgeClient client, CdnOptions options) : ICdnPurger
{
    private const int AtOnce = 8;

    private readonly Uri _endpoint = new(options.Endpoint!);
    private readonly string? _host = options.PublicBaseUrl is { } url ? new Uri(url).Authority : null;

    public string Provider => "nginx";

    public Task PurgeAsync(CdnPurge purge, CancellationToken ct) =>
        Parallel.ForEachAsync(
            purge.Paths,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (path, token) => await client.SendAsync(Provider, () => Request(path), static status => status is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed, token));

    public void Dispose() => client.Dispose();

    private HttpRequestMessage Request(string path)
    {
        var request = new HttpRequestMessage(new HttpMethod("PURGE"), new Uri(_endpoint, path));
        request.Headers.Host = _host;
        return request;
    }
}
