using System.Text.Json;
using ImageService.Core.Lifecycle;
using ImageService.Core.Operations;
using ImageService.Core.Policies;
using ImageService.Core.Presets;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using ImageService.Core.Tenancy;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Assets;

/// <summary>Shows assets, versions and variants as the contract says, with URLs on the host that was asked.</summary>
internal sealed class AssetView(PresetCatalog presets, IOptions<LifecycleOptions> lifecycle)
{
    public async ValueTask<AssetResponse> ShowAsync(
        HttpContext http, SpaceScope space, Asset asset, AssetVersion version, AssetUse? use, bool deduplicated, CancellationToken ct) =>
        Show(http, space, asset, version, use, deduplicated, await presets.ListEffectiveAsync(space, ct));

    /// <param name="http">The request.</param>
    /// <param name="space">Where the asset lies.</param>
    /// <param name="asset">The asset.</param>
    /// <param name="version">Which of its versions.</param>
    /// <param name="use">When it was last used; null where it was uploaded a moment ago.</param>
    /// <param name="deduplicated">Whether an upload found these bytes already there.</param>
    /// <param name="inForce">The presets in force at the space.</param>
    public AssetResponse Show(
        HttpContext http, SpaceScope space, Asset asset, AssetVersion version, AssetUse? use, bool deduplicated, IReadOnlyList<PresetRevision> inForce)
    {
        var image = Address(space, asset, version.Version);
        var (own, otherwise) = Formats(version);
        var usual = DefaultExtension.For(version.Format, version.HasAlpha);
        var byPreset = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var preset in inForce)
            byPreset[preset.Slug] = Absolute(http, ImageUrlBuilder.PresetPath(image, preset.Slug, preset.Operations.Format?.Fixed ?? usual));
        return new AssetResponse
        {
            Id = image.Asset.ToString(),
            Version = version.Version,
            Tenant = space.TenantSlug,
            Space = space.SpaceSlug,
            Folder = asset.Folder,
            Tags = asset.Tags,
            Access = asset.Access.Name(),
            Filename = asset.Filename,
            Format = version.Format,
            Width = version.Width,
            Height = version.Height,
            HasAlpha = version.HasAlpha,
            Frames = version.Frames,
            SizeBytes = version.SizeBytes,
            ContentHash = version.ContentHash,
            UploadedAt = version.UploadedAt,
            Deduplicated = deduplicated,
            Urls = new AssetUrls(Absolute(http, ImageUrlBuilder.OriginalPath(image, own, otherwise)), byPreset),
            FocalPoint = asset is { FocalX: { } x, FocalY: { } y } ? new FocalPoint(x, y) : null,
            BlurHash = version.BlurHash,
            ThumbHash = version.ThumbHash,
            DominantColour = version.DominantColour,
            Palette = version.Palette,
            Metadata = Json(asset.Metadata),
            Exif = Json(version.Exif),
            ContentCredentials = Credentials(space, version, own),
            RetainUntil = asset.RetainUntil,
            UpdatedAt = asset.UpdatedAt,
            DeletedAt = asset.DeletedAt,
            RestorableUntil = asset.DeletedAt + lifecycle.Value.DeletedRetention,
            LastUsedAt = use is null || use.LastUsedAt == AssetUse.Never ? null : use.LastUsedAt,
        };
    }

    public static VersionResponse Show(HttpContext http, SpaceScope space, Asset asset, AssetVersion version)
    {
        var (own, otherwise) = Formats(version);
        return new VersionResponse
        {
            Version = version.Version,
            Current = version.Version == asset.CurrentVersion,
            Format = version.Format,
            Width = version.Width,
            Height = version.Height,
            HasAlpha = version.HasAlpha,
            Frames = version.Frames,
            SizeBytes = version.SizeBytes,
            ContentHash = version.ContentHash,
            UploadedAt = version.UploadedAt,
            Tier = Tier(version.Tier),
            Url = Absolute(http, ImageUrlBuilder.OriginalPath(Address(space, asset, version.Version), own, otherwise)),
        };
    }

    public static VariantResponse Show(HttpContext http, SpaceScope space, Asset asset, Variant variant)
    {
        var format = ImageFormats.TryParse(variant.Format, out var known) ? known : throw new FormatException($"'{variant.Format}' is no output format.");
        return new VariantResponse
        {
            Version = variant.Version,
            Operations = variant.Operations,
            Format = variant.Format,
            Width = variant.Width,
            Height = variant.Height,
            SizeBytes = variant.SizeBytes,
            Tier = Tier(variant.Tier),
            Preset = variant.Preset,
            Url = Absolute(http, ImageUrlBuilder.Path(Address(space, asset, variant.Version), variant.Operations, format)),
            CreatedAt = variant.CreatedAt,
            LastAccessedAt = variant.LastAccessedAt,
            AccessCount = variant.AccessCount,
        };
    }

    private static string Tier(Core.Storage.StorageTier tier) => tier switch
    {
        Core.Storage.StorageTier.Hot => "hot",
        Core.Storage.StorageTier.Warm => "warm",
        Core.Storage.StorageTier.Cold => "cold",
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };

    /// <summary>The original's own format where it can be delivered, and what it is converted to where not.</summary>
    private static (ImageFormat? Own, ImageFormat Otherwise) Formats(AssetVersion version) =>
        (ImageFormats.TryParse(version.Format, out var own) ? own : null, version.HasAlpha ? ImageFormat.Png : ImageFormat.Jpg);

    private static ImageAddress Address(SpaceScope space, Asset asset, int version) =>
        new()
        {
            Organization = space.OrganizationSlug,
            Tenant = space.TenantSlug,
            Space = space.SpaceSlug,
            Asset = new AssetId(asset.Id),
            Version = version,
            Access = asset.Access,
        };

    private static string Absolute(HttpContext http, string path) =>
        ImageUrlBuilder.Absolute($"{http.Request.Scheme}://{http.Request.Host}{http.Request.PathBase}", path);

    private static ContentCredentialsResponse? Credentials(SpaceScope space, AssetVersion version, ImageFormat? own) =>
        version.HasContentCredentials is { } present
            ? new ContentCredentialsResponse(
                present, version.ContentCredentialsPlace, version.ContentCredentialsBytes, present && space.Policy.DeliversExactly(own, version.Width))
            : null;

    private static JsonElement? Json(string? text)
    {
        if (text is null)
            return null;
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
