using System.Text.Json;
using System.Text.Json.Serialization;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
/// <summary>An asset with its current version.</summary>
public sealed record AssetResponse
{
    public required string Id { get; init; }

    public required int Version { get; init; }

    public required string Tenant { get; init; }

    public required string Space { get; init; }

    public required string Folder { get; init; }

    public required IReadOnlyList<string> Tags { get; init; }

    public required string Access { get; init; }

    public required string Filename { get; init; }

    public required string Format { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required bool HasAlpha { get; init; }

    public required int Frames { get; init; }

    public required long SizeBytes { get; init; }

    public required string ContentHash { get; init; }

    public required DateTimeOffset UploadedAt { get; init; }

    public required AssetUrls Urls { get; init; }

    public required FocalPoint? FocalPoint { get; init; }

    public required string? ThumbHash { get; init; }

    public required string? DominantColour { get; init; }

    public required IReadOnlyList<string>? Palette { get; init; }

    public required JsonElement? Metadata { get; init; }

    public required JsonElement? Exif { get; init; }

    public required ContentCredentials? ContentCredentials { get; init; }

    public required DateTimeOffset? DeletedAt { get; init; }

    public required DateTimeOffset? RestorableUntil { get; init; }

    public required DateTimeOffset? LastUsedAt { get; init; }

    [JsonIgnore]
    public bool IsPrivate => string.Equals(Access, "private", StringComparison.Ordinal);
}

public sealed record AssetUrls(string Original, IReadOnlyDictionary<string, string> Presets);

/// <summary>Content Credentials (C2PA) in the original; <c>Delivered</c>: whether <c>original</c> still carries them.</summary>
public sealed record ContentCredentials(bool Present, string? Place, long? SizeBytes, bool Delivered);

/// <summary>0 to 1 from the left and the top of the upright picture.</summary>
public sealed record FocalPoint(double X, double Y);

public sealed record FolderResponse(string Folder, string Name, long Assets, long Total);

public sealed record VersionResponse
{
    public required int Version { get; init; }

    public required bool Current { get; init; }

    public required string Format { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required long SizeBytes { get; init; }

    public required DateTimeOffset UploadedAt { get; init; }
}

public sealed record VariantResponse
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

/// <summary>How many assets there are, and of which kinds.</summary>
public sealed record AssetFacetsResponse
{
    public required long Assets { get; init; }

    public required long Bytes { get; init; }

    public required IReadOnlyList<FacetCount> Formats { get; init; }

    public required IReadOnlyList<FacetCount> Access { get; init; }

    public required IReadOnlyList<FacetCount> Tags { get; init; }
}

public sealed record FacetCount(string Value, long Assets);

public sealed record BulkRequest
{
    public required IReadOnlyList<string> Ids { get; init; }

    public required string Action { get; init; }

    public string? Folder { get; init; }

    public IReadOnlyList<string>? Tags { get; init; }

    public string? Access { get; init; }
}

public sealed record BulkResponse(IReadOnlyList<BulkItem> Items, int Succeeded, int Failed);

public sealed record BulkItem(string Id, bool Ok, string? Code, string? Detail);
