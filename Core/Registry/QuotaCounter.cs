using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>
/// A running total that quotas are enforced on, changed by one conditional UPDATE so that two writers cannot both take the last unit.
/// One row per scope (organization, tenant or space) and kind.
/// </summary>
public sealed class QuotaCounter
{
    public required Guid OrganizationId { get; init; }

    /// <summary>Id of the organization, tenant or space.</summary>
    public required Guid ScopeId { get; init; }

    /// <summary>A counter's name of <c>QuotaKind</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>First day of the month for periodic quotas; 0001-01-01 for standing ones.</summary>
    public required DateOnly Period { get; init; }

    public long Used { get; set; }

    /// <summary>When the 80 % event was sent for this period.</summary>
    public DateTimeOffset? WarnedAt { get; set; }
}

internal sealed class QuotaCounterConfiguration : IEntityTypeConfiguration<QuotaCounter>
{
    public void Configure(EntityTypeBuilder<QuotaCounter> builder)
    {
        builder.Property(q => q.Kind).HasMaxLength(50);
        builder.HasKey(q => new { q.OrganizationId, q.ScopeId, q.Kind, q.Period });
    }
}
