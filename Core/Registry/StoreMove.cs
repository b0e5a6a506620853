using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>An organization's, a tenant's or a space's objects on their way to another store, with the progress.</summary>
public sealed class StoreMove
{
    /// <summary>Names of <see cref="StoreMoveState"/> in which something is still to be done.</summary>
    public static readonly StoreMoveState[] Unfinished = [StoreMoveState.Queued, StoreMoveState.Copying, StoreMoveState.Cleaning];

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    /// <summary>Null: the whole organization.</summary>
    public Guid? TenantId { get; init; }

    /// <summary>Null: the whole tenant or organization.</summary>
    public Guid? SpaceId { get; init; }

    /// <summary>Name of the store that everything goes to.</summary>
    public required string Store { get; init; }

    /// <summary>Names of the stores that something was moved from; cleaned when the time of grace is over.</summary>
    public string[] Sources { get; set; } = [];

    public StoreMoveState State { get; set; }

    /// <summary>Asset versions that lay elsewhere when the move began, and those found later.</summary>
    public long Assets { get; set; }

    /// <summary>Bytes of their originals.</summary>
    public long Bytes { get; set; }

    /// <summary>Asset versions whose objects were copied, read back and switched over.</summary>
    public long Done { get; set; }

    /// <summary>Bytes written to the target, variants included.</summary>
    public long DoneBytes { get; set; }

    /// <summary>Asset versions that could not be moved in the last pass.</summary>
    public long Failed { get; set; }

    /// <summary>Why the last of them could not, or what the move waits for; null where all is well.</summary>
    public string? Problem { get; set; }

    public Guid? CreatedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When the last object was switched over: the time of grace counts from here.</summary>
    public DateTimeOffset? CopiedAt { get; set; }

    /// <summary>Until when a worker has it; another takes it over afterwards.</summary>
    public DateTimeOffset? LeasedUntil { get; set; }

    /// <summary>Which worker has it.</summary>
    public Guid? LeasedBy { get; set; }
}

/// <summary>How far a move is.</summary>
public enum StoreMoveState
{
    Queued,
    Copying,

    /// <summary>Everything is read from the target; the sources are emptied when the time of grace is over.</summary>
    Cleaning,
    Done,

    /// <summary>Ended by someone: what was moved stays moved.</summary>
    Stopped,

    /// <summary>Some could not be moved; what was moved stays moved, the rest is served from where it lies.</summary>
    Failed,
}

internal sealed class StoreMoveConfiguration : IEntityTypeConfiguration<StoreMove>
{
    public void Configure(EntityTypeBuilder<StoreMove> builder)
    {
        builder.Property(m => m.Store).HasMaxLength(50);
        builder.Property(m => m.Problem).HasMaxLength(1000);
        builder.HasOne<Organization>().WithMany().HasForeignKey(m => m.OrganizationId);
        builder.HasIndex(m => m.OrganizationId);
        builder.HasIndex(m => m.UpdatedAt).HasFilter("state IN ('queued', 'copying', 'cleaning')");
        builder.ToTable(t => t.HasCheckConstraint("ck_store_moves_state", "state IN ('queued', 'copying', 'cleaning', 'done', 'stopped', 'failed')"));
    }
}
