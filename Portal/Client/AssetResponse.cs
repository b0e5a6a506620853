using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
/// <summary>An asset with its current version.</summary>
public sealed record AssetResponse(
    string Id,
    int Version,
    string Tenant,
    string Space,
    string Folder,
    IReadOnlyList<string> Tags,
    string Access,
    string Filename,
    string Format,
    int Width,
    int Height,
    bool HasAlpha,
    int Frames,
    long SizeBytes,
    string ContentHash,
    DateTimeOffset UploadedAt,
    AssetUrls Urls,
    FocalPoint? FocalPoint,
    string? ThumbHash,
    string? DominantColour,
    IReadOnlyList<string>? Palette,
    JsonElement? Metadata,
    JsonElement? Exif,
    ContentCredentials? ContentCredentials,
    DateTimeOffset? DeletedAt,
    DateTimeOffset? RestorableUntil,
    DateTimeOffset? LastUsedAt)
{
    [JsonIgnore]
    public bool IsPrivate => string.Equals(Access, "private", StringComparison.Ordinal);
}

public sealed record AssetUrls(string Original, IReadOnlyDictionary<string, string> Presets);

/// <summary>Content Credentials (C2PA) in the original; <c>Delivered</c>: whether <c>original</c> still carries them.</summary>
public sealed record ContentCredentials(bool Present, string? Place, long? SizeBytes, bool Delivered);

/// <summary>0 to 1 from the left and the top of the upright picture.</summary>
public sealed record FocalPoint(double X, double Y);

public sealed record FolderResponse(string Folder, string Name, long Assets, long Total);

public sealed record VersionResponse(int Version, bool Current, string Format, int Width, int Height, long SizeBytes, DateTimeOffset UploadedAt);

public sealed record VariantResponse(
    int Version, string Operations, string Format, int Width, int Height, long SizeBytes, string Tier, string? Preset, string Url, DateTimeOffset CreatedAt,
    DateTimeOffset? LastAccessedAt, long AccessCount);

/// <summary>How many assets there are, and of which kinds.</summary>
public sealed record AssetFacetsResponse(long Assets, long Bytes, IReadOnlyList<FacetCount> Formats, IReadOnlyList<FacetCount> Access,
    IReadOnlyList<FacetCount> Tags);

public sealed record FacetCount(string Value, long Assets);

public sealed record BulkRequest(IReadOnlyList<string> Ids, string Action, string? Folder = null, IReadOnlyList<string>? Tags = null, string? Access = null);

public sealed record BulkResponse(IReadOnlyList<BulkItem> Items, int Succeeded, int Failed);

public sealed record BulkItem(string Id, bool Ok, string? Code, string? Detail);

public sealed record FetchRequest(string Url, string Tenant, string Space, string? Folder);
