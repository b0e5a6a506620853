using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A named set of operations at one level (organization, tenant or space). Its operations live in immutable revisions.</summary>
public sealed class Preset
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

    /// <summary>Whether the variant is made after each matching upload.</summary>
    public bool AutoGenerate { get; set; }

    /// <summary>Empty means any.</summary>
    public string[] MatchTags { get; set; } = [];

    /// <summary>Empty means any; a folder matches itself and everything below.</summary>
    public string[] MatchFolders { get; set; } = [];

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public List<PresetRevisionRow> Revisions { get; } = [];

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

/// <summary>One immutable revision of a preset.</summary>
public sealed class PresetRevisionRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid PresetId { get; init; }

    public required int Revision { get; init; }

    /// <summary>Operations in the URL's grammar, as the owner wrote them.</summary>
    public required string Operations { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class PresetConfiguration : IEntityTypeConfiguration<Preset>
{
    public void Configure(EntityTypeBuilder<Preset> builder)
    {
        builder.Property(p => p.Slug).HasMaxLength(100);
        builder.Property(p => p.Name).HasMaxLength(255);
        builder.Property(p => p.Description).HasMaxLength(2000);
        builder.HasRowVersion(p => p.RowVersion);
        builder.BelongsToOrganization(p => p.OrganizationId);
        builder.BelongsToTenant(nameof(Preset.OrganizationId), nameof(Preset.TenantId));
        builder.BelongsToSpace(nameof(Preset.OrganizationId), nameof(Preset.TenantId), nameof(Preset.SpaceId));
        builder.HasAlternateKey(p => new { p.OrganizationId, p.Id });
        builder.HasMany(p => p.Revisions).WithOne().HasForeignKey(r => new { r.OrganizationId, r.PresetId })
            .HasPrincipalKey(p => new { p.OrganizationId, p.Id });
        builder.HasIndex(p => new { p.OrganizationId, p.TenantId, p.SpaceId, p.Slug }).IsUnique().AreNullsDistinct(false);
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_presets_slug", "slug ~ '^[a-z0-9_]{1,100}$'");
            t.HasCheckConstraint("ck_presets_level", "space_id IS NULL OR tenant_id IS NOT NULL");
            t.HasCheckConstraint("ck_presets_current_revision", "current_revision >= 1");
        });
    }
}

internal sealed class PresetRevisionConfiguration : IEntityTypeConfiguration<PresetRevisionRow>
{
    public void Configure(EntityTypeBuilder<PresetRevisionRow> builder)
    {
        builder.Property(r => r.Operations).HasMaxLength(500);
        builder.HasIndex(r => new { r.PresetId, r.Revision }).IsUnique();
    }
}
