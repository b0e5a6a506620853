using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>What became of one purge at one cache in front of the service.</summary>
public sealed class EdgePurge
{
    /// <summary>Id of the message that asked for it: a UUIDv7, so that ids are in the order of time.</summary>
    public required Guid Id { get; init; }

    /// <summary>Which product, as <c>varnish</c>, with its number where there are several.</summary>
    public required string Provider { get; init; }

    public required Guid OrganizationId { get; init; }

    /// <summary>A failed one is tried again by the queue.</summary>
    public required EdgePurgeState State { get; init; }

    /// <summary>How often it was tried.</summary>
    public int Attempts { get; init; }

    /// <summary>Cache tags that were to be forgotten.</summary>
    public required string[] Tags { get; init; }

    /// <summary>Why the last try failed.</summary>
    public string? Problem { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>What became of a purge at a cache.</summary>
public enum EdgePurgeState
{
    Done,
    Failed,
}

internal sealed class EdgePurgeConfiguration : IEntityTypeConfiguration<EdgePurge>
{
    public void Configure(EntityTypeBuilder<EdgePurge> builder)
    {
        builder.HasKey(p => new { p.Id, p.Provider });
        builder.Property(p => p.Provider).HasMaxLength(50);
        builder.Property(p => p.Problem).HasMaxLength(1000);
        builder.BelongsToOrganization(p => p.OrganizationId);
        builder.HasIndex(p => new { p.OrganizationId, p.Id, p.Provider });
        builder.HasIndex(p => p.CreatedAt);
        builder.ToTable(t => t.HasCheckConstraint("ck_edge_purges_state", "state IN ('done', 'failed')"));
    }
}
