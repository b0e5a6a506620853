using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>
/// Of the originals and variants that there are, how many were written in an hour; the sum of its rows counts, as in <see cref="StoredNow"/>. Read only.
/// </summary>
public sealed class StoredByHour
{
    public required Guid OrganizationId { get; init; }

    /// <summary>Start of the hour, UTC.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>Name of the store.</summary>
    public required string Store { get; init; }

    /// <summary>Below 0 where a change takes away.</summary>
    public required long Objects { get; init; }
}

internal sealed class StoredByHourConfiguration : IEntityTypeConfiguration<StoredByHour>
{
    public void Configure(EntityTypeBuilder<StoredByHour> builder) => builder.HasNoKey().ToView("stored_by_hour");
}
