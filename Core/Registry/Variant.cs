using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

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

    /// <summary><c>jpg</c>, <c>png</c>, <c>webp</c>, <c>avif</c>, <c>gif</c>, <c>jxl</c>.</summary>
    public required string Format { get; init; }

    public required string StorageKey { get; init; }

    /// <summary>Name of the store that holds the object: a key below <c>Storage:Stores</c>.</summary>
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

internal sealed class VariantConfiguration : IEntityTypeConfiguration<Variant>
{
    public void Configure(EntityTypeBuilder<Variant> builder)
    {
        builder.Property(v => v.Operations).HasMaxLength(500);
        builder.Property(v => v.OperationsHash).HasMaxLength(64);
        builder.Property(v => v.Format).HasMaxLength(10);
        builder.Property(v => v.StorageKey).HasMaxLength(1000);
        builder.Property(v => v.StorageProvider).HasMaxLength(50);
        builder.Property(v => v.ContentHash).HasMaxLength(64);
        builder.Property(v => v.Preset).HasMaxLength(100);
        builder.HasOne<AssetVersion>().WithMany().HasForeignKey(v => new { v.AssetId, v.Version, v.SpaceId, v.OrganizationId })
            .HasPrincipalKey(v => new { v.AssetId, v.Version, v.SpaceId, v.OrganizationId });

        // The gateway's look-up is answered by the index alone.
        builder.HasIndex(v => new { v.AssetId, v.Version, v.OperationsHash }).IsUnique()
            .IncludeProperties(v => new { v.StorageKey, v.Format, v.SizeBytes });
        builder.HasIndex(v => new { v.SpaceId, v.Preset }).HasFilter("preset IS NOT NULL");

        // Those that were fetched and lie idle now, and those that never were.
        builder.HasIndex(v => new { v.Tier, v.LastAccessedAt });
        builder.HasIndex(v => new { v.CreatedAt, v.Id }).HasFilter("access_count = 0 AND last_accessed_at IS NULL").HasDatabaseName("ix_variants_unused");

        // Sums are answered by the index alone.
        builder.HasIndex(v => new { v.OrganizationId, v.SpaceId }).IncludeProperties(v => new { v.StorageProvider, v.Tier, v.SizeBytes, v.CreatedAt });

        // The slowest of an organization.
        builder.HasIndex(v => new { v.OrganizationId, v.ProcessingTimeMs });
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_variants_format", "format IN ('jpg', 'png', 'webp', 'avif', 'gif', 'jxl')");
            t.HasCheckConstraint("ck_variants_operations_hash", "operations_hash ~ '^[0-9a-f]{64}$'");
            t.HasCheckConstraint("ck_variants_numbers", "size_bytes >= 0 AND width >= 1 AND height >= 1 AND access_count >= 0");
            t.HasCheckConstraint("ck_variants_tier", RegistryModel.TierCheck);
        });
    }
}
