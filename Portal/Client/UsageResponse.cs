using System.Text.Json.Serialization;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record UsageResponse(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<UsageItem> Items);

public sealed record UsageItem
{
    public required DateOnly? Date { get; init; }

    public required string? Tenant { get; init; }

    public required string? Space { get; init; }

    public required string? KeyName { get; init; }

    public required long Requests { get; init; }

    public required long BandwidthBytes { get; init; }

    public required long StorageBytes { get; init; }

    public required long Transforms { get; init; }

    public required long TransformCpuMs { get; init; }

    public required long MemoryHits { get; init; }

    public required long RedisHits { get; init; }

    public required long StorageHits { get; init; }

    public required long Misses { get; init; }

    public required long OriginalBytes { get; init; }

    public required long Errors { get; init; }

    /// <summary>Images that went out.</summary>
    [JsonIgnore]
    public long Images => MemoryHits + RedisHits + StorageHits + Misses;

    /// <summary>Several added up; storage is the last one's.</summary>
    public static UsageItem Sum(IReadOnlyList<UsageItem> items) => new()
    {
        Date = null,
        Tenant = null,
        Space = null,
        KeyName = null,
        Requests = items.Sum(item => item.Requests),
        BandwidthBytes = items.Sum(item => item.BandwidthBytes),
        StorageBytes = items is [.., var last] ? last.StorageBytes : 0,
        Transforms = items.Sum(item => item.Transforms),
        TransformCpuMs = items.Sum(item => item.TransformCpuMs),
        MemoryHits = items.Sum(item => item.MemoryHits),
        RedisHits = items.Sum(item => item.RedisHits),
        StorageHits = items.Sum(item => item.StorageHits),
        Misses = items.Sum(item => item.Misses),
        OriginalBytes = items.Sum(item => item.OriginalBytes),
        Errors = items.Sum(item => item.Errors),
    };
}

public sealed record CostResponse
{
    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    public required string Currency { get; init; }

    public required IReadOnlyList<CostItem> Items { get; init; }

    public required decimal Total { get; init; }
}

public sealed record CostItem
{
    public required string Layer { get; init; }

    public required string Provider { get; init; }

    public required decimal Quantity { get; init; }

    public required string Unit { get; init; }

    public required decimal UnitPrice { get; init; }

    public required decimal Cost { get; init; }
}

public sealed record SlowestResponse
{
    public required string Id { get; init; }

    public required int Version { get; init; }

    public required string Tenant { get; init; }

    public required string Space { get; init; }

    public required string Filename { get; init; }

    public required string Operations { get; init; }

    public required string Format { get; init; }

    public required string? Preset { get; init; }

    public required int CpuMs { get; init; }

    public required long SizeBytes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
