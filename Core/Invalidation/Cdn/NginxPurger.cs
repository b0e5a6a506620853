using System.Net;

namespace ImageService.Core.Invalidation.Cdn;

/// <summary>
/// nginx with a purge location (<c>deploy/edge/nginx.conf</c> with its purge module, or a commercial subscription's <c>proxy_cache_purge</c>): it knows no
/// tags, so each known URL is
/// sent a <c>PURGE</c> for each of the three forms that <c>Accept</c> keeps apart. An answer of 404 or 412 means "not cached".
/// </summary>
public sealed class NginxPurger(PurgeClient client, CdnOptions options) : ICdnPurger
{
    private const int AtOnce = 8;

    /// <summary>One request header for each class of <c>Accept</c>.</summary>
    private static readonly string[] Classes = ["image/jxl,image/avif,image/webp,*/*", "image/avif,image/webp,*/*", "image/webp,*/*", "*/*"];

    private readonly Uri _endpoint = new(options.Endpoint!);
    private readonly string? _host = options.PublicBaseUrl is { } url ? new Uri(url).Authority : null;

    public string Provider => "nginx";

    public Task PurgeAsync(CdnPurge purge, CancellationToken ct) =>
        Parallel.ForEachAsync(
            purge.Paths.SelectMany(static path => Classes, static (path, accept) => (path, accept)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (form, token) =>
                await client.SendAsync(Provider, () => Request(form.path, form.accept),
                    static status => status is HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed, token));

    public void Dispose() => client.Dispose();

    private HttpRequestMessage Request(string path, string accept)
    {
        var request = new HttpRequestMessage(new HttpMethod("PURGE"), new Uri(_endpoint, path));
        request.Headers.Host = _host;
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return request;
    }
}
