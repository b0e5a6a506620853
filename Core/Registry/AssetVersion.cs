using ImageService.Core.Storage;

namespace ImageService.Core.Registry;

/// <summary>One uploaded content of an asset, immutable once written except for what the worker adds.</summary>
public sealed class AssetVersion
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid SpaceId { get; init; }

    public required Guid AssetId { get; init; }

    /// <summary>Counts from 1 within the asset.</summary>
    public required int Version { get; init; }

    /// <summary>Object key of the original.</summary>
    public required string StorageKey { get; init; }

    public required string StorageProvider { get; init; }

    /// <summary>Object key of a raster working copy where the original itself is never decoded in a serving process (HEIC, SVG).</summary>
    public string? WorkingCopyKey { get; set; }

    /// <summary>Object key of the always-hot intermediate; null until it is made, or where none is useful.</summary>
    public string? IntermediateKey { get; set; }

    /// <summary>px; 0 until the intermediate is made.</summary>
    public int IntermediateWidth { get; set; }

    /// <summary>px; 0 until the intermediate is made.</summary>
    public int IntermediateHeight { get; set; }

    public StorageTier Tier { get; set; }

    public required long SizeBytes { get; init; }

    /// <summary>SHA-256 of the original, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }

    /// <summary>By content: <c>jpg</c>, <c>png</c>, <c>webp</c>, <c>gif</c>, <c>avif</c>, <c>tiff</c>, <c>heic</c>, <c>svg</c>.</summary>
    public required string Format { get; init; }

    /// <summary>px, upright.</summary>
    public required int Width { get; init; }

    /// <summary>px, upright.</summary>
    public required int Height { get; init; }

    public required bool HasAlpha { get; init; }

    /// <summary>1 for a still picture.</summary>
    public required int Frames { get; init; }

    public string? ColourSpace { get; init; }

    /// <summary>EXIF facts safe to show (no position): a JSON object.</summary>
    public string? Exif { get; init; }

    public string? BlurHash { get; set; }

    /// <summary>ThumbHash, base64.</summary>
    public string? ThumbHash { get; set; }

    /// <summary><c>#rrggbb</c>.</summary>
    public string? DominantColour { get; set; }

    /// <summary><c>#rrggbb</c>, most frequent first.</summary>
    public string[] Palette { get; set; } = [];

    public DateTimeOffset UploadedAt { get; init; }

    public DateTimeOffset? DeletedAt { get; set; }
}
