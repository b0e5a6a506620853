using ImageService.Portal.Client;
using Microsoft.Extensions.Options;

namespace ImageService.Portal.Images;

/// <summary>Addresses of images as browsers reach them.</summary>
internal sealed class ImageUrls(IOptions<PortalOptions> options, IConfiguration configuration)
{
    /// <summary>Scheme and host of the Api for browsers.</summary>
    public string Origin { get; } = (options.Value.PublicApiUrl
        ?? configuration["services:api:https:0"]
        ?? configuration["services:api:http:0"]
        ?? "http://localhost:8080").TrimEnd('/');

    /// <summary>Address of an image of the asset's current version, unsigned.</summary>
    public string Of(string organization, AssetResponse asset, OperationsDraft draft) =>
        Of(organization, asset, asset.Version, draft.FileName(OwnExtension(asset)));

    /// <param name="organization">Slug.</param>
    /// <param name="asset">The asset.</param>
    /// <param name="version">One of its versions.</param>
    /// <param name="fileName">Operations with extension.</param>
    public string Of(string organization, AssetResponse asset, int version, string fileName) =>
        $"{Origin}/v1/{(asset.IsPrivate ? "priv" : "pub")}/{organization}/{asset.Tenant}/{asset.Space}/img/{asset.Id}/v{version}/{fileName}";

    /// <summary>Extension of the format in which the original itself can be delivered, where every browser shows it.</summary>
    public static string OwnExtension(AssetResponse asset) => asset.Format switch
    {
        "jpg" or "png" or "webp" or "avif" or "gif" => asset.Format,
        _ => asset.HasAlpha ? "png" : "jpg",
    };
}
