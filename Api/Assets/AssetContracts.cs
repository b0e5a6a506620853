using System.Text.Json;
using ImageService.Core.Registry;

namespace ImageService.Api.Assets;

/// <summary>An asset with its current version.</summary>
/// <param name="Id">26 characters.</param>
/// <param name="Version">Number of the version described here.</param>
/// <param name="Tenant">Slug.</param>
/// <param name="Space">Slug.</param>
/// <param name="Folder">Absolute path; <c>/</c> at the top.</param>
/// <param name="Tags">In the order given.</param>
/// <param name="Access"><c>public</c> or <c>private</c>.</param>
/// <param name="Filename">Shown to people.</param>
/// <param name="Format">By content: <c>jpg</c>, <c>png</c>, <c>webp</c>, <c>gif</c>, <c>avif</c>, <c>tiff</c>, <c>heic</c>, <c>svg</c>, <c>jxl</c>.</param>
/// <param name="Width">px, upright.</param>
/// <param name="Height">px, upright.</param>
/// <param name="HasAlpha">Whether it can be transparent.</param>
/// <param name="Frames">1 for a still picture.</param>
/// <param name="SizeBytes">Length of the original.</param>
/// <param name="ContentHash">SHA-256 of the original, lower-case hex.</param>
/// <param name="UploadedAt">When this version was stored.</param>
/// <param name="Deduplicated">Whether an upload found these bytes already there.</param>
/// <param name="Urls">Image URLs; unsigned for private assets.</param>
/// <param name="FocalPoint">Null where none is set.</param>
/// <param name="BlurHash">https://blurha.sh</param>
/// <param name="ThumbHash">https://evanw.github.io/thumbhash, base64.</param>
/// <param name="DominantColour"><c>#rrggbb</c>.</param>
/// <param name="Palette"><c>#rrggbb</c>, most frequent first.</param>
/// <param name="Metadata">The owner's own facts; null where there are none.</param>
/// <param name="Exif">Facts of the camera, without position; null where there are none.</param>
/// <param name="ContentCredentials">Content Credentials (C2PA) of the original; null where it is not known whether it has any.</param>
/// <param name="RetainUntil">Retention lock: until then it can be neither deleted nor replaced.</param>
/// <param name="UpdatedAt">Last change of anything.</param>
/// <param name="DeletedAt">Set while it is deleted and can be restored.</param>
/// <param name="RestorableUntil">Until when a deleted one can be restored for certain; its bytes go at some time after that.</param>
/// <param name="LastUsedAt">Hour in which one of its images was last asked for here (caches in front answer unseen); null: never. No part of the ETag.</param>
internal sealed record AssetResponse(
    string Id, int Version, string Tenant, string Space, string Folder, IReadOnlyList<string> Tags, string Access, string Filename, string Format,
    int Width, int Height, bool HasAlpha, int Frames, long SizeBytes, string ContentHash, DateTimeOffset UploadedAt, bool Deduplicated, AssetUrls Urls,
    FocalPoint? FocalPoint, string? BlurHash, string? ThumbHash, string? DominantColour, IReadOnlyList<string> Palette, JsonElement? Metadata,
    JsonElement? Exif, ContentCredentialsResponse? ContentCredentials,
    DateTimeOffset? RetainUntil, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt, DateTimeOffset? RestorableUntil, DateTimeOffset? LastUsedAt);

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
internal sealed record VersionResponse(
    int Version, bool Current, string Format, int Width, int Height, bool HasAlpha, int Frames, long SizeBytes, string ContentHash, DateTimeOffset UploadedAt,
    string Tier, string Url);

/// <summary>One stored variant of an asset.</summary>
internal sealed record VariantResponse(
    int Version, string Operations, string Format, int Width, int Height, long SizeBytes, string Tier, string? Preset, string Url, DateTimeOffset CreatedAt,
    DateTimeOffset? LastAccessedAt, long AccessCount);

/// <summary>What a PATCH may hold. A member that is absent stays; null clears where something can be cleared.</summary>
internal sealed record AssetPatchRequest(
    string? Folder, IReadOnlyList<string>? Tags, string? Access, string? Filename, FocalPoint? FocalPoint, JsonElement? Metadata, DateTimeOffset? RetainUntil);

/// <summary>One action on up to 500 assets.</summary>
/// <param name="Ids">Ids of assets.</param>
/// <param name="Action"><c>delete</c>, <c>restore</c>, <c>move</c>, <c>tag</c>, <c>untag</c>, <c>access</c>.</param>
/// <param name="Folder">For <c>move</c>.</param>
/// <param name="Tags">For <c>tag</c> and <c>untag</c>.</param>
/// <param name="Access">For <c>access</c>.</param>
internal sealed record BulkRequest(IReadOnlyList<string>? Ids, string? Action, string? Folder, IReadOnlyList<string>? Tags, string? Access);

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
