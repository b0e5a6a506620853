using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Invalidation;

/// <summary>The CDNs and caches in front of the service, and how hard purging them is tried.</summary>
public sealed class InvalidationOptions
{
    public const string Section = "Invalidation";

    /// <summary>Every cache in front, purged side by side. Defaults to none.</summary>
    [ValidateEnumeratedItems]
    public List<CdnOptions> Cdns { get; set; } = [];

    /// <summary>
    /// Base URL of the Api itself, past all caches; with it purges are verified at each edge that has a <c>PublicBaseUrl</c>. Defaults to none: not
    /// verified.
    /// </summary>
    [Url(ErrorMessage = "Invalidation:OriginBaseUrl must be an absolute URL.")]
    public string? OriginBaseUrl { get; set; }

    /// <summary>How often a failed purge call is tried again, with growing pauses. Defaults to 4.</summary>
    [Range(0, 20, ErrorMessage = "Invalidation:PurgeRetries must be from 0 to 20.")]
    public int PurgeRetries { get; set; } = 4;

    /// <summary>How long one purge call may take. Defaults to 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:02:00", ErrorMessage = "Invalidation:PurgeTimeout must be from 00:00:01 to 00:02:00.")]
    public TimeSpan PurgeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an edge may go on answering with the old ETag before the purge counts as failed. Defaults to 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00", ErrorMessage = "Invalidation:VerifyTimeout must be from 00:00:00 (never verify) to 00:10:00.")]
    public TimeSpan VerifyTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>What a cache is called: its product, with a number from the second of the same product on.</summary>
    /// <param name="place">Its place in <see cref="Cdns"/>.</param>
    public string NameOf(int place)
    {
        var (kind, earlier) = (Cdns[place].Kind, Cdns.Take(place).Count(cdn => cdn.Kind == Cdns[place].Kind));
        return earlier == 0
            ? kind.ToString().ToLowerInvariant() : string.Create(CultureInfo.InvariantCulture, $"{kind.ToString().ToLowerInvariant()} {earlier + 1}");
    }
}

/// <summary>
/// One cache in front of the service. Which fields are needed depends on <see cref="Kind"/>; credentials come from the environment or a secret store.
/// </summary>
public sealed class CdnOptions
{
    /// <summary>Which product.</summary>
    [Required]
    public CdnKind Kind { get; set; }

    /// <summary>
    /// Varnish, nginx: base URL of the cache itself, one entry per server. Cloudflare, Fastly, CloudFront: base URL of their API, only to be changed in tests.
    /// </summary>
    [Url(ErrorMessage = "Invalidation:Cdns:*:Endpoint must be an absolute URL.")]
    public string? Endpoint { get; set; }

    /// <summary>Base URL under which the public reaches images through this cache; set it to verify purges there. Also the host of purged URLs.</summary>
    [Url(ErrorMessage = "Invalidation:Cdns:*:PublicBaseUrl must be an absolute URL.")]
    public string? PublicBaseUrl { get; set; }

    /// <summary>Cloudflare: zone id. Fastly: service id. CloudFront: distribution id.</summary>
    [RegularExpression("^[A-Za-z0-9_-]{1,100}$", ErrorMessage = "Invalidation:Cdns:*:ResourceId must be the zone, service or distribution id.")]
    public string? ResourceId { get; set; }

    /// <summary>Cloudflare, Fastly: API token. CloudFront: secret access key.</summary>
    public string? Secret { get; set; }

    /// <summary>CloudFront: access key id.</summary>
    public string? AccessKeyId { get; set; }

    /// <summary>Varnish: the header that a ban carries its pattern in. Others: unused.</summary>
    public string TagHeader { get; set; } = "Cache-Tag";

    public override string ToString() => Kind.ToString();
}

/// <summary>A product that can be purged.</summary>
public enum CdnKind
{
    Varnish,
    Nginx,
    Fastly,
    Cloudflare,
    CloudFront,
}

[OptionsValidator]
internal sealed partial class InvalidationOptionsValidator : IValidateOptions<InvalidationOptions>;

/// <summary>What each product cannot do without.</summary>
internal sealed class CdnOptionsValidator : IValidateOptions<InvalidationOptions>
{
    public ValidateOptionsResult Validate(string? name, InvalidationOptions options)
    {
        List<string> missing = [];
        for (var i = 0; i < options.Cdns.Count; i++)
        {
            var cdn = options.Cdns[i];
            var needed = cdn.Kind switch
            {
                CdnKind.Varnish or CdnKind.Nginx => new[] { (nameof(cdn.Endpoint), cdn.Endpoint) },
                CdnKind.Fastly or CdnKind.Cloudflare => [(nameof(cdn.ResourceId), cdn.ResourceId), (nameof(cdn.Secret), cdn.Secret)],
                CdnKind.CloudFront => [(nameof(cdn.ResourceId), cdn.ResourceId), (nameof(cdn.AccessKeyId), cdn.AccessKeyId), (nameof(cdn.Secret), cdn.Secret)],
                _ => throw new ArgumentOutOfRangeException(nameof(options)),
            };
            missing.AddRange(needed.Where(field => string.IsNullOrEmpty(field.Item2))
                .Select(field => $"Invalidation:Cdns:{i}:{field.Item1} must be set for {cdn.Kind}."));
        }

        return missing.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(missing);
    }
}
