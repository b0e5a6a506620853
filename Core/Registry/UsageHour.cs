using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ImageService.Core.Registry;

/// <summary>What one space and key used in one hour; rows are added up by upsert.</summary>
public sealed class UsageHour
{
    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    /// <summary>Start of the hour, UTC.</summary>
    public required DateTimeOffset Hour { get; init; }

    /// <summary>The API key of management calls; all zero for image requests, which carry none.</summary>
    public required Guid ApiKeyId { get; init; }

    public long Requests { get; set; }

    public long BandwidthBytes { get; set; }

    public long Transforms { get; set; }

    public long TransformCpuMs { get; set; }

    /// <summary>Images answered from this process's memory, from Redis, from the store, and those that were made for the request.</summary>
    public long MemoryHits { get; set; }

    public long RedisHits { get; set; }

    public long StorageHits { get; set; }

    public long Misses { get; set; }

    /// <summary>Bytes that would have been sent, had each image been answered with its original.</summary>
    public long OriginalBytes { get; set; }

    /// <summary>Image requests that were refused or failed.</summary>
    public long Errors { get; set; }

    /// <summary>Storage held at the end of the hour, bytes.</summary>
    public long StorageBytes { get; set; }
}

internal sealed class UsageHourConfiguration : IEntityTypeConfiguration<UsageHour>
{
    public void Configure(EntityTypeBuilder<UsageHour> builder)
    {
        builder.HasKey(u => new { u.OrganizationId, u.Hour, u.TenantId, u.SpaceId, u.ApiKeyId });
        builder.Property(u => u.MemoryHits).HasDefaultValue(0L);
        builder.Property(u => u.RedisHits).HasDefaultValue(0L);
        builder.Property(u => u.StorageHits).HasDefaultValue(0L);
        builder.Property(u => u.Misses).HasDefaultValue(0L);
        builder.Property(u => u.OriginalBytes).HasDefaultValue(0L);
        builder.Property(u => u.Errors).HasDefaultValue(0L);
    }
}
