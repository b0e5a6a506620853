using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>The making of one preset revision's variants for the assets that were already there, with its progress.</summary>
public sealed class PresetGeneration
{
    /// <summary>Id of the message that asked for it, so that a message which comes twice plans once.</summary>
    public required Guid Id { get; init; }

    public required Guid OrganizationId { get; init; }

    public required Guid PresetId { get; init; }

    public required int Revision { get; init; }

    public required PresetGenerationState State { get; init; }

    /// <summary>Assets that match; those uploaded meanwhile are added as they are come by.</summary>
    public int Total { get; init; }

    /// <summary>Assets that were seen to, in the order of their ids.</summary>
    public int Done { get; init; }

    /// <summary>Variants that were made; the others were there already.</summary>
    public int Made { get; init; }

    /// <summary>Variants that cannot be made: a policy or the file forbids them.</summary>
    public int Refused { get; init; }

    /// <summary>The last asset that was seen to.</summary>
    public Guid LastAssetId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>How far a plan is; the last two are its end.</summary>
public enum PresetGenerationState
{
    Queued,
    Running,
    Done,
    Stopped,
}

internal sealed class PresetGenerationConfiguration : IEntityTypeConfiguration<PresetGeneration>
{
    public void Configure(EntityTypeBuilder<PresetGeneration> builder)
    {
        builder.HasOne<Preset>().WithMany().HasForeignKey(g => new { g.OrganizationId, g.PresetId })
            .HasPrincipalKey(p => new { p.OrganizationId, p.Id }).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(g => new { g.OrganizationId, g.PresetId, g.CreatedAt });
        builder.ToTable(t => t.HasCheckConstraint("ck_preset_generations_state", "state IN ('queued', 'running', 'done', 'stopped')"));
    }
}
