using ImageService.Core.Storage;

namespace ImageService.Core.Registry;

/// <summary>A derived asset: the stored result of one canonical form on one asset version. Unique by (asset version, operations hash).</summary>
public sealed class Variant
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid SpaceId { get; init; }

    public required Guid AssetId { get; init; }

    public required int Version { get; init; }

    /// <summary>Canonical form, at most 500 characters.</summary>
    public required string Operations { get; init; }

    /// <summary>64 lower-case hex digits.</summary>
    public required string OperationsHash { get; init; }

    /// <summary><c>jpg</c>, <c>png</c>, <c>webp</c>, <c>avif</c>, <c>gif</c>.</summary>
    public required string Format { get; init; }

    public required string StorageKey { get; init; }

    public required string StorageProvider { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>SHA-256 of the variant's bytes, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    /// <summary>CPU time of the transform, ms.</summary>
    public required int ProcessingTimeMs { get; init; }

    /// <summary>Slug of the preset the first request named, if any.</summary>
    public string? Preset { get; init; }

    public StorageTier Tier { get; set; }

    public long AccessCount { get; set; }

    public DateTimeOffset? LastAccessedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
