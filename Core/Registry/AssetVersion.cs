using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

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

    /// <summary>Name of the store that holds the original, its working copy and its intermediate: a key below <c>Storage:Stores</c>.</summary>
    public required string StorageProvider { get; init; }

    /// <summary>Object key of a raster working copy where the original itself is never decoded in a serving process (HEIC, JPEG XL, SVG).</summary>
    public string? WorkingCopyKey { get; set; }

    /// <summary>SHA-256 of the working copy, 64 lower-case hex digits; null where there is none, or it is older than this column.</summary>
    public string? WorkingCopyHash { get; set; }

    /// <summary>Object key of the always-hot intermediate; null until it is made, or where none is useful.</summary>
    public string? IntermediateKey { get; set; }

    /// <summary>SHA-256 of the intermediate, 64 lower-case hex digits; null until it is made, or where it is older than this column.</summary>
    public string? IntermediateHash { get; set; }

    /// <summary>px; 0 until the intermediate is made.</summary>
    public int IntermediateWidth { get; set; }

    /// <summary>px; 0 until the intermediate is made.</summary>
    public int IntermediateHeight { get; set; }

    public StorageTier Tier { get; set; }

    public required long SizeBytes { get; init; }

    /// <summary>SHA-256 of the original, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }

    /// <summary>By content: <c>jpg</c>, <c>png</c>, <c>webp</c>, <c>gif</c>, <c>avif</c>, <c>tiff</c>, <c>heic</c>, <c>svg</c>, <c>jxl</c>.</summary>
    public required string Format { get; init; }

    /// <summary>px, upright.</summary>
    public required int Width { get; init; }

    /// <summary>px, upright.</summary>
    public required int Height { get; init; }

    public required bool HasAlpha { get; init; }

    /// <summary>1 for a still picture.</summary>
    public required int Frames { get; init; }

    /// <summary>What decoding it takes at its peak, bytes, as judged on upload; null where it was not.</summary>
    public long? DecodeBytes { get; init; }

    /// <summary>CPU time that decoding it took on upload, ms; null where it was not measured.</summary>
    public int? DecodeCpuMs { get; init; }

    public string? ColourSpace { get; init; }

    /// <summary>Whether the original carries Content Credentials; null where nobody looked on upload, or its structure could not be followed.</summary>
    public bool? HasContentCredentials { get; init; }

    /// <summary>The part of the file that holds them, as the engine's <c>CredentialsPlace</c> in snake_case; null where there are none.</summary>
    public string? ContentCredentialsPlace { get; init; }

    /// <summary>Length of the manifest store; null where there is none.</summary>
    public long? ContentCredentialsBytes { get; init; }

    /// <summary>EXIF facts safe to show (no position): a JSON object.</summary>
    public string? Exif { get; init; }

    /// <summary>What it takes in each format, as <c>MeasuredEncodings</c> writes it; null until the worker has measured it.</summary>
    public string? MeasuredEncodings { get; set; }

    public string? BlurHash { get; set; }

    /// <summary>ThumbHash, base64.</summary>
    public string? ThumbHash { get; set; }

    /// <summary><c>#rrggbb</c>.</summary>
    public string? DominantColour { get; set; }

    /// <summary><c>#rrggbb</c>, most frequent first.</summary>
    public string[] Palette { get; set; } = [];

    public DateTimeOffset UploadedAt { get; init; }

    /// <summary>When the original was last read from a class that is not hot; null where it never was.</summary>
    public DateTimeOffset? OriginalReadAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
}

internal sealed class AssetVersionConfiguration : IEntityTypeConfiguration<AssetVersion>
{
    public void Configure(EntityTypeBuilder<AssetVersion> builder)
    {
        builder.Property(v => v.StorageKey).HasMaxLength(1000);
        builder.Property(v => v.StorageProvider).HasMaxLength(50);
        builder.Property(v => v.WorkingCopyKey).HasMaxLength(1000);
        builder.Property(v => v.WorkingCopyHash).HasMaxLength(64);
        builder.Property(v => v.IntermediateKey).HasMaxLength(1000);
        builder.Property(v => v.IntermediateHash).HasMaxLength(64);
        builder.Property(v => v.ContentHash).HasMaxLength(64);
        builder.Property(v => v.Format).HasMaxLength(10);
        builder.Property(v => v.ColourSpace).HasMaxLength(50);
        builder.Property(v => v.ContentCredentialsPlace).HasMaxLength(20);
        builder.Property(v => v.Exif).HasColumnType("jsonb");
        builder.Property(v => v.MeasuredEncodings).HasColumnType("jsonb");

        // An asset lies in one space of one organization, so this key says "one row per (asset, version)" and lets variants refer to all four.
        builder.HasAlternateKey(v => new { v.AssetId, v.Version, v.SpaceId, v.OrganizationId });
        builder.HasIndex(v => v.StorageKey).IsUnique();
        builder.HasIndex(v => new { v.SpaceId, v.ContentHash });
        builder.HasIndex(v => new { v.SpaceId, v.SizeBytes, v.AssetId });
        builder.HasIndex(v => v.UploadedAt);
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_asset_versions_format", "format IN ('jpg', 'png', 'webp', 'gif', 'avif', 'tiff', 'heic', 'svg', 'jxl')");
            t.HasCheckConstraint("ck_asset_versions_content_hash", RegistryModel.ContentHashCheck);
            t.HasCheckConstraint("ck_asset_versions_numbers", "version >= 1 AND size_bytes >= 0 AND width >= 1 AND height >= 1 AND frames >= 1");
            t.HasCheckConstraint("ck_asset_versions_tier", RegistryModel.TierCheck);
        });
    }
}
