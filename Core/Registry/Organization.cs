using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>The top of the hierarchy and the boundary of isolation, quotas and rate limits.</summary>
public sealed class Organization
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Slug { get; init; }

    public required string Name { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

internal sealed class OrganizationConfiguration : IEntityTypeConfiguration<Organization>
{
    public void Configure(EntityTypeBuilder<Organization> builder)
    {
        builder.Property(o => o.Slug).HasMaxLength(100);
        builder.Property(o => o.Name).HasMaxLength(255);
        builder.HasRowVersion(o => o.RowVersion);
        builder.HasIndex(o => o.Slug).IsUnique().HasFilter("deleted_at IS NULL");
        builder.ToTable(t => t.HasCheckConstraint("ck_organizations_slug", RegistryModel.SlugCheck));
    }
}
