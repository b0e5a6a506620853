using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A named drawing that is laid over images, at one level (organization, tenant or space). Its elements live in immutable revisions.</summary>
public sealed class Overlay
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    /// <summary>Null at organization level.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>Null at organization and tenant level.</summary>
    public Guid? SpaceId { get; init; }

    /// <summary><c>[a-z0-9_]{1,100}</c>.</summary>
    public required string Slug { get; init; }

    public required string Name { get; set; }

    public string? Description { get; set; }

    /// <summary>Number of the revision in force; revisions count from 1.</summary>
    public int CurrentRevision { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<OverlayRevisionRow> Revisions { get; } = [];

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

/// <summary>One immutable revision of an overlay.</summary>
public sealed class OverlayRevisionRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid OverlayId { get; init; }

    public required int Revision { get; init; }

    /// <summary>JSON array of elements in the order they are drawn; images name the version they show.</summary>
    public required string Elements { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class OverlayConfiguration : IEntityTypeConfiguration<Overlay>
{
    public void Configure(EntityTypeBuilder<Overlay> builder)
    {
        builder.Property(o => o.Slug).HasMaxLength(100);
        builder.Property(o => o.Name).HasMaxLength(255);
        builder.Property(o => o.Description).HasMaxLength(2000);
        builder.HasRowVersion(o => o.RowVersion);
        builder.BelongsToOrganization(o => o.OrganizationId);
        builder.BelongsToTenant(nameof(Overlay.OrganizationId), nameof(Overlay.TenantId));
        builder.BelongsToSpace(nameof(Overlay.OrganizationId), nameof(Overlay.TenantId), nameof(Overlay.SpaceId));
        builder.HasAlternateKey(o => new { o.OrganizationId, o.Id });
        builder.HasMany(o => o.Revisions).WithOne().HasForeignKey(r => new { r.OrganizationId, r.OverlayId })
            .HasPrincipalKey(o => new { o.OrganizationId, o.Id });
        builder.HasIndex(o => new { o.OrganizationId, o.TenantId, o.SpaceId, o.Slug }).IsUnique().AreNullsDistinct(false);
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_overlays_slug", "slug ~ '^[a-z0-9_]{1,100}$'");
            t.HasCheckConstraint("ck_overlays_level", "space_id IS NULL OR tenant_id IS NOT NULL");
            t.HasCheckConstraint("ck_overlays_current_revision", "current_revision >= 1");
        });
    }
}

internal sealed class OverlayRevisionConfiguration : IEntityTypeConfiguration<OverlayRevisionRow>
{
    public void Configure(EntityTypeBuilder<OverlayRevisionRow> builder)
    {
        builder.Property(r => r.Elements).HasColumnType("jsonb");
        builder.HasIndex(r => new { r.OverlayId, r.Revision }).IsUnique();
    }
}
