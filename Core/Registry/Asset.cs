using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using NpgsqlTypes;

namespace ImageService.Core.Registry;

/// <summary>An uploaded image: its place, names and access. The bytes belong to its versions.</summary>
public sealed class Asset
{
    /// <summary>The unique index that a second upload of the same bytes into one space violates.</summary>
    public const string DedupeIndex = "ux_assets_space_content";

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    /// <summary>Number of the newest version; versions count from 1.</summary>
    public int CurrentVersion { get; set; } = 1;

    /// <summary>SHA-256 of the current version's bytes, 64 lower-case hex digits. Upload, replacement and this change together.</summary>
    public required string ContentHash { get; set; }

    /// <summary>
    /// Whether another live asset of the space already holds these bytes (after a replacement or a restore); set by the database.
    /// An insert is never a duplicate: it fails on <see cref="DedupeIndex"/> instead.
    /// </summary>
    public bool IsDuplicate { get; private set; }

    /// <summary>Name shown to people; up to 500 characters.</summary>
    public required string Filename { get; set; }

    /// <summary>Absolute, without a trailing slash except for the root: <c>/</c>, <c>/products/shoes</c>.</summary>
    public string Folder { get; set; } = "/";

    public string[] Tags { get; set; } = [];

    public required AssetAccess Access { get; set; }

    /// <summary>Focal point, 0 (left) to 1 (right) of the upright picture; null where none is set.</summary>
    public double? FocalX { get; set; }

    /// <summary>Focal point, 0 (top) to 1 (bottom) of the upright picture; null where none is set.</summary>
    public double? FocalY { get; set; }

    /// <summary>The owner's own facts: a JSON object of at most 16 KiB.</summary>
    public string? Metadata { get; set; }

    /// <summary>
    /// Counts the invalidations of this asset's variants. Part of every cache key of a variant, and the condition under which a variant
    /// that was being made is published: one begun before an invalidation is not.
    /// </summary>
    public int VariantGeneration { get; set; }

    /// <summary>Retention lock (legal hold): until then the asset can be neither deleted nor replaced.</summary>
    public DateTimeOffset? RetainUntil { get; set; }

    /// <summary>Who uploaded it: an API key's or user's id.</summary>
    public Guid? UploadedBy { get; init; }

    public DateTimeOffset UploadedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Soft deletion; the bytes are purged some time later.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Full text of filename, tags and folder ("simple" configuration); computed by the database.</summary>
    public NpgsqlTsVector Search { get; private set; } = null!;

    public List<AssetVersion> Versions { get; } = [];

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

/// <summary>Who may fetch an asset's images.</summary>
public enum AssetAccess
{
    Private,
    Public,
}

internal sealed class AssetConfiguration : IEntityTypeConfiguration<Asset>
{
    public void Configure(EntityTypeBuilder<Asset> builder)
    {
        builder.Property(a => a.Filename).HasMaxLength(500);
        builder.Property(a => a.Folder).HasMaxLength(1000);
        builder.Property(a => a.ContentHash).HasMaxLength(64);
        builder.Property(a => a.Metadata).HasColumnType("jsonb");
        builder.Property(a => a.IsDuplicate).ValueGeneratedOnUpdate();
        builder.Property(a => a.Search).HasComputedColumnSql("asset_search(filename, folder, tags)", stored: true);
        builder.HasRowVersion(a => a.RowVersion);
        builder.HasAlternateKey(a => new { a.OrganizationId, a.SpaceId, a.Id });
        builder.BelongsToSpace(nameof(Asset.OrganizationId), nameof(Asset.TenantId), nameof(Asset.SpaceId));
        builder.HasMany(a => a.Versions).WithOne().HasForeignKey(v => new { v.OrganizationId, v.SpaceId, v.AssetId })
            .HasPrincipalKey(a => new { a.OrganizationId, a.SpaceId, a.Id });

        // Two uploads of the same bytes into one space cannot both become assets: the second meets this index.
        builder.HasIndex(a => new { a.SpaceId, a.ContentHash }).IsUnique().HasDatabaseName(Asset.DedupeIndex)
            .HasFilter("deleted_at IS NULL AND NOT is_duplicate");
        builder.HasIndex(a => new { a.SpaceId, a.Id });
        builder.HasIndex(a => new { a.SpaceId, a.Filename, a.Id }).HasFilter("deleted_at IS NULL");
        builder.HasIndex(a => new { a.SpaceId, a.Folder, a.Id }).HasFilter("deleted_at IS NULL"); // one folder, newest first

        // A folder and all below it.
        builder.HasIndex(a => new { a.SpaceId, a.Folder }).HasOperators(null!, "text_pattern_ops").HasFilter("deleted_at IS NULL");
        builder.HasIndex(a => a.Tags).HasMethod("gin");
        builder.HasIndex(a => a.Search).HasMethod("gin");
        builder.HasIndex(a => a.DeletedAt).HasFilter("deleted_at IS NOT NULL");
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_assets_access", "access IN ('public', 'private')");
            t.HasCheckConstraint("ck_assets_folder", "folder = '/' OR (folder LIKE '/%' AND folder NOT LIKE '%/')");
            t.HasCheckConstraint("ck_assets_focal", "(focal_x IS NULL) = (focal_y IS NULL) AND focal_x BETWEEN 0 AND 1 AND focal_y BETWEEN 0 AND 1");
            t.HasCheckConstraint("ck_assets_content_hash", RegistryModel.ContentHashCheck);
            t.HasCheckConstraint("ck_assets_current_version", "current_version >= 1");
            t.HasCheckConstraint("ck_assets_metadata", "jsonb_typeof(metadata) = 'object' AND octet_length(metadata::text) <= 32768");
        });
    }
}
