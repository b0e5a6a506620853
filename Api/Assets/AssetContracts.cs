using System.Text.Json;
using ImageService.Core.Registry;

namespace ImageService.Api.Assets;

/// <summary>An asset with its current version.</summary>
internal sealed record AssetResponse
{
    /// <summary>26 characters.</summary>
    public required string Id { get; init; }

    /// <summary>Number of the version described here.</summary>
    public required int Version { get; init; }

    /// <summary>Slug.</summary>
    public required string Tenant { get; init; }

    /// <summary>Slug.</summary>
    public required string Space { get; init; }

    /// <summary>Absolute path; <c>/</c> at the top.</summary>
    public required string Folder { get; init; }

    /// <summary>In the order given.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary><c>public</c> or <c>private</c>.</summary>
    public required string Access { get; init; }

    /// <summary>Shown to people.</summary>
    public required string Filename { get; init; }

    /// <summary>By content: <c>jpg</c>, <c>png</c>, <c>webp</c>, <c>gif</c>, <c>avif</c>, <c>tiff</c>, <c>heic</c>, <c>svg</c>, <c>jxl</c>.</summary>
    public required string Format { get; init; }

    /// <summary>px, upright.</summary>
    public required int Width { get; init; }

    /// <summary>px, upright.</summary>
    public required int Height { get; init; }

    /// <summary>Whether it can be transparent.</summary>
    public required bool HasAlpha { get; init; }

    /// <summary>1 for a still picture.</summary>
    public required int Frames { get; init; }

    /// <summary>Length of the original.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>SHA-256 of the original, lower-case hex.</summary>
    public required string ContentHash { get; init; }

    /// <summary>When this version was stored.</summary>
    public required DateTimeOffset UploadedAt { get; init; }

    /// <summary>Whether an upload found these bytes already there.</summary>
    public required bool Deduplicated { get; init; }

    /// <summary>Image URLs; unsigned for private assets.</summary>
    public required AssetUrls Urls { get; init; }

    /// <summary>Null where none is set.</summary>
    public required FocalPoint? FocalPoint { get; init; }

    /// <summary>https://blurha.sh</summary>
    public required string? BlurHash { get; init; }

    /// <summary>https://evanw.github.io/thumbhash, base64.</summary>
    public required string? ThumbHash { get; init; }

    /// <summary><c>#rrggbb</c>.</summary>
    public required string? DominantColour { get; init; }

    /// <summary><c>#rrggbb</c>, most frequent first.</summary>
    public required IReadOnlyList<string> Palette { get; init; }

    /// <summary>The owner's own facts; null where there are none.</summary>
    public required JsonElement? Metadata { get; init; }

    /// <summary>Facts of the camera, without position; null where there are none.</summary>
    public required JsonElement? Exif { get; init; }

    /// <summary>Content Credentials (C2PA) of the original; null where it is not known whether it has any.</summary>
    public required ContentCredentialsResponse? ContentCredentials { get; init; }

    /// <summary>Retention lock: until then it can be neither deleted nor replaced.</summary>
    public required DateTimeOffset? RetainUntil { get; init; }

    /// <summary>Last change of anything.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Set while it is deleted and can be restored.</summary>
    public required DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Until when a deleted one can be restored for certain; its bytes go at some time after that.</summary>
    public required DateTimeOffset? RestorableUntil { get; init; }

    /// <summary>Hour in which one of its images was last asked for here (caches in front answer unseen); null: never. No part of the ETag.</summary>
    public required DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>Image URLs of an asset's version.</summary>
/// <param name="Original">Full size, without metadata.</param>
/// <param name="Presets">By slug of each preset in force at the space.</param>
internal sealed record AssetUrls(string Original, IReadOnlyDictionary<string, string> Presets);

/// <summary>Content Credentials as they lie in the file. Signatures are not verified, and nothing is read of what they claim.</summary>
/// <param name="Present">Whether the original holds a manifest store where its format has the place for one.</param>
/// <param name="Place">That place: <c>app11_segment</c> (JPEG), <c>cabx_chunk</c> (PNG), <c>c2pa_chunk</c> (WebP), <c>uuid_box</c> (AVIF, HEIC),
/// <c>jumb_box</c> (JPEG XL), <c>application_block</c> (GIF), <c>tiff_tag</c>, <c>manifest_element</c> (SVG); null where there is none.</param>
/// <param name="SizeBytes">Length of the manifest store; null where there is none.</param>
/// <param name="Delivered">Whether <c>urls.original</c> still carries them: where policy <c>original_delivery</c> is <c>exact</c>.
/// Every other image goes without.</param>
internal sealed record ContentCredentialsResponse(bool Present, string? Place, long? SizeBytes, bool Delivered);

/// <summary>What must stay in view when an image is cropped.</summary>
/// <param name="X">0 (left) to 1 (right) of the upright picture.</param>
/// <param name="Y">0 (top) to 1 (bottom) of the upright picture.</param>
internal sealed record FocalPoint(double X, double Y);

/// <summary>One folder of a space.</summary>
/// <param name="Folder">Absolute path.</param>
/// <param name="Name">Its last part.</param>
/// <param name="Assets">Assets directly in it.</param>
/// <param name="Total">Assets in it and below.</param>
internal sealed record FolderResponse(string Folder, string Name, long Assets, long Total);

/// <summary>One version of an asset.</summary>
internal sealed record VersionResponse
{
    public required int Version { get; init; }

    public required bool Current { get; init; }

    public required string Format { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required bool HasAlpha { get; init; }

    public required int Frames { get; init; }

    public required long SizeBytes { get; init; }

    public required string ContentHash { get; init; }

    public required DateTimeOffset UploadedAt { get; init; }

    public required string Tier { get; init; }

    public required string Url { get; init; }
}

/// <summary>One stored variant of an asset.</summary>
internal sealed record VariantResponse
{
    public required int Version { get; init; }

    public required string Operations { get; init; }

    public required string Format { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required long SizeBytes { get; init; }

    public required string Tier { get; init; }

    public required string? Preset { get; init; }

    public required string Url { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? LastAccessedAt { get; init; }

    public required long AccessCount { get; init; }
}

/// <summary>What a PATCH may hold. A member that is absent stays; null clears where something can be cleared.</summary>
internal sealed record AssetPatchRequest
{
    public string? Folder { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public string? Access { get; init; }

    public string? Filename { get; init; }

    public FocalPoint? FocalPoint { get; init; }

    public JsonElement? Metadata { get; init; }

    public DateTimeOffset? RetainUntil { get; init; }
}

/// <summary>One action on up to 500 assets.</summary>
internal sealed record BulkRequest
{
    /// <summary>Ids of assets.</summary>
    public IReadOnlyList<string>? Ids { get; init; }

    /// <summary><c>delete</c>, <c>restore</c>, <c>move</c>, <c>tag</c>, <c>untag</c>, <c>access</c>.</summary>
    public string? Action { get; init; }

    /// <summary>For <c>move</c>.</summary>
    public string? Folder { get; init; }

    /// <summary>For <c>tag</c> and <c>untag</c>.</summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>For <c>access</c>.</summary>
    public string? Access { get; init; }
}

/// <summary>What became of each asset, in the order asked.</summary>
internal sealed record BulkResponse(IReadOnlyList<BulkItem> Items, int Succeeded, int Failed);

/// <summary>One asset of a bulk action.</summary>
/// <param name="Id">As asked.</param>
/// <param name="Ok">Whether the action was done.</param>
/// <param name="Code">An error code; null where it was done.</param>
/// <param name="Detail">Why not.</param>
internal sealed record BulkItem(string Id, bool Ok, string? Code, string? Detail);

/// <summary>Lists without pages.</summary>
internal sealed record ItemsResponse<T>(IReadOnlyList<T> Items);

/// <summary>Texts of the contract.</summary>
internal static class AssetTexts
{
    public static string Name(this AssetAccess access) => access is AssetAccess.Public ? "public" : "private";
}
