using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A workspace of a tenant that holds assets.</summary>
public sealed class Space
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; set; }

    /// <summary>Access of new assets; null inherits the policy <c>default_access</c>.</summary>
    public AssetAccess? DefaultAccess { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

internal sealed class SpaceConfiguration : IEntityTypeConfiguration<Space>
{
    public void Configure(EntityTypeBuilder<Space> builder)
    {
        builder.Property(s => s.Slug).HasMaxLength(100);
        builder.Property(s => s.Name).HasMaxLength(255);
        builder.HasRowVersion(s => s.RowVersion);
        builder.HasAlternateKey(s => new { s.OrganizationId, s.TenantId, s.Id });
        builder.HasOne<Tenant>().WithMany().HasForeignKey(s => new { s.OrganizationId, s.TenantId })
            .HasPrincipalKey(t => new { t.OrganizationId, t.Id });
        builder.HasIndex(s => new { s.TenantId, s.Slug }).IsUnique().HasFilter("deleted_at IS NULL");
        builder.ToTable(t =>
        {
            t.HasCheckConstraint("ck_spaces_slug", RegistryModel.SlugCheck);
            t.HasCheckConstraint("ck_spaces_default_access", "default_access IN ('public', 'private')");
        });
    }
}
