using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>One policy value set at one level.</summary>
public sealed class PolicyRow
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required PolicyLevel Level { get; init; }

    /// <summary>Id of the organization, tenant or space.</summary>
    public required Guid ScopeId { get; init; }

    /// <summary>A key of the policy table, such as <c>max_output_width</c>.</summary>
    public required string Key { get; init; }

    /// <summary>JSON value of the key's type.</summary>
    public required string Value { get; set; }

    /// <summary>Whether lower levels may not set this key.</summary>
    public bool Locked { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Name of the person or key that set it last; null for what the service itself set, and for what was set before this was kept.</summary>
    public string? UpdatedBy { get; set; }

    /// <summary>Changes with every write; the resource's ETag.</summary>
    public uint RowVersion { get; private set; }
}

/// <summary>Where a policy is set, highest first.</summary>
public enum PolicyLevel
{
    Organization,
    Tenant,
    Space,
}

internal sealed class PolicyRowConfiguration : IEntityTypeConfiguration<PolicyRow>
{
    private const int MaxName = 255;

    public void Configure(EntityTypeBuilder<PolicyRow> builder)
    {
        builder.Property(p => p.Key).HasMaxLength(100);
        builder.Property(p => p.Value).HasColumnType("jsonb");
        builder.Property(p => p.UpdatedBy).HasMaxLength(MaxName);
        builder.HasRowVersion(p => p.RowVersion);
        builder.BelongsToOrganization(p => p.OrganizationId);
        builder.HasIndex(p => new { p.Level, p.ScopeId, p.Key }).IsUnique();
        builder.ToTable(t => t.HasCheckConstraint("ck_policies_level", "level IN ('organization', 'tenant', 'space')"));
    }
}
