using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>How far the sweep for objects without a row has come with an organization in a store.</summary>
public sealed class OrphanSweep
{
    public required Guid OrganizationId { get; init; }

    /// <summary>Name of the store.</summary>
    public required string Store { get; init; }

    /// <summary>The object after which it goes on; null where it begins anew.</summary>
    public string? After { get; set; }

    /// <summary>When it last came to the end; null where it never did.</summary>
    public DateTimeOffset? FinishedAt { get; set; }
}

internal sealed class OrphanSweepConfiguration : IEntityTypeConfiguration<OrphanSweep>
{
    public void Configure(EntityTypeBuilder<OrphanSweep> builder)
    {
        builder.HasKey(sweep => new { sweep.OrganizationId, sweep.Store });
        builder.Property(sweep => sweep.Store).HasMaxLength(50);
        builder.Property(sweep => sweep.After).HasMaxLength(1024);
        builder.BelongsToOrganization(sweep => sweep.OrganizationId);
    }
}
