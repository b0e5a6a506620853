using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>
/// When an asset's images were last asked for. Beside the asset and not in it: a delivery must not change the asset's ETag, nor make anybody forget it.
/// The database makes a row for every asset, so that a list in this order is one walk along an index.
/// </summary>
public sealed class AssetUse
{
    /// <summary>In place of a time: never. The oldest time there is, <c>-infinity</c> in the database.</summary>
    public static readonly DateTimeOffset Never = DateTimeOffset.MinValue;

    public required Guid AssetId { get; init; }

    public required Guid OrganizationId { get; init; }

    public required Guid SpaceId { get; init; }

    /// <summary>Beginning of the hour (UTC), or <see cref="Never"/>.</summary>
    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>Beginning of the hour (UTC) that a time lies in: uses are told no finer, so that a busy image is written once an hour.</summary>
    public static DateTimeOffset HourOf(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}

internal sealed class AssetUseConfiguration : IEntityTypeConfiguration<AssetUse>
{
    public void Configure(EntityTypeBuilder<AssetUse> builder)
    {
        builder.HasKey(use => use.AssetId);
        builder.HasOne<Asset>().WithOne().HasForeignKey<AssetUse>(use => use.AssetId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(use => new { use.SpaceId, use.LastUsedAt, use.AssetId });
    }
}
