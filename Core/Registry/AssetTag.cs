using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>
/// A tag of an asset. The asset's own list is what counts; the database keeps these rows beside it, so that the newest assets with a tag are one walk along an
/// index, however few of however many have it. Read only.
/// </summary>
public sealed class AssetTag
{
    public required Guid OrganizationId { get; init; }

    public required string Tag { get; init; }

    public required Guid AssetId { get; init; }

    public required Guid SpaceId { get; init; }
}

internal sealed class AssetTagConfiguration : IEntityTypeConfiguration<AssetTag>
{
    // No foreign key: what goes with an asset is found by its tags, and needs no third index.
    public void Configure(EntityTypeBuilder<AssetTag> builder)
    {
        builder.HasKey(row => new { row.OrganizationId, row.Tag, row.AssetId });
        builder.HasIndex(row => new { row.SpaceId, row.Tag, row.AssetId });
    }
}
