using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>A partition of an organization, such as a brand or an environment; owns signing keys.</summary>
public sealed class Tenant
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

internal sealed class TenantConfiguration : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> builder)
    {
        builder.Property(t => t.Slug).HasMaxLength(100);
        builder.Property(t => t.Name).HasMaxLength(255);
        builder.HasRowVersion(t => t.RowVersion);
        builder.BelongsToOrganization(t => t.OrganizationId);
        builder.HasAlternateKey(t => new { t.OrganizationId, t.Id });
        builder.HasIndex(t => new { t.OrganizationId, t.Slug }).IsUnique().HasFilter("deleted_at IS NULL");
        builder.ToTable(t => t.HasCheckConstraint("ck_tenants_slug", RegistryModel.SlugCheck));
    }
}
