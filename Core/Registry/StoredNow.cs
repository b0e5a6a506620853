using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>
/// Originals and variants of a space in a store and class, as totals and as changes that are not in them yet: the sum of its rows is what there is. Kept by the
/// database (<c>Core/Registry/Sql/stored.sql</c>), read only.
/// </summary>
public sealed class StoredNow
{
    public required Guid OrganizationId { get; init; }

    public required Guid SpaceId { get; init; }

    /// <summary>Name of the store.</summary>
    public required string Store { get; init; }

    public required StorageTier Tier { get; init; }

    /// <summary>Below 0 where a change takes away.</summary>
    public required long Objects { get; init; }

    /// <summary>Below 0 where a change takes away.</summary>
    public required long Bytes { get; init; }
}

internal sealed class StoredNowConfiguration : IEntityTypeConfiguration<StoredNow>
{
    public void Configure(EntityTypeBuilder<StoredNow> builder) => builder.HasNoKey().ToView("stored_now");
}
