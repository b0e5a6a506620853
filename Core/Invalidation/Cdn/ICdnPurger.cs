using ImageService.Core.Caching;

namespace ImageService.Core.Invalidation.Cdn;

/// <summary>Makes a CDN or a cache in front of the service forget images. One adapter per product; all are safe for concurrent use.</summary>
public interface ICdnPurger : IDisposable
{
    /// <summary>Short name for logs and metrics: <c>cloudfront</c>, <c>cloudflare</c>, <c>fastly</c>, <c>varnish</c>, <c>nginx</c>.</summary>
    string Provider { get; }

    /// <summary>Purges, in as many calls as the product's limits ask for. Purging what is not cached is no failure.</summary>
    /// <exception cref="CdnPurgeException">A call failed; the whole purge may be repeated.</exception>
    Task PurgeAsync(CdnPurge purge, CancellationToken ct);
}

/// <summary>What is to be forgotten. The tags say it all; the paths say the same to products that know no tags.</summary>
/// <param name="Tags">Cache tags (<see cref="CacheTags"/>); an image that carries any of them is stale.</param>
/// <param name="Prefixes">Path prefixes that cover the same images, such as <c>/v1/pub/acme/website/marketing/img/01K…/</c>.</param>
/// <param name="Paths">Exact paths of images known to exist among them, for products that know neither tags nor prefixes.</param>
public sealed record CdnPurge(IReadOnlyList<string> Tags, IReadOnlyList<string> Prefixes, IReadOnlyList<string> Paths);

/// <summary>A CDN refused a purge or could not be reached. The message holds status and product, never a credential.</summary>
public sealed class CdnPurgeException(string message, Exception? inner = null) : Exception(message, inner);
