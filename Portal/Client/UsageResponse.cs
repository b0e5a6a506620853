using System.Text.Json.Serialization;

namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record UsageResponse(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<UsageItem> Items);

public sealed record UsageItem(
    DateOnly? Date, string? Tenant, string? Space, string? KeyName, long Requests, long BandwidthBytes, long StorageBytes, long Transforms, long TransformCpuMs,
    long MemoryHits, long RedisHits, long StorageHits, long Misses, long OriginalBytes, long Errors)
{
    /// <summary>Images that went out.</summary>
    [JsonIgnore]
    public long Images => MemoryHits + RedisHits + StorageHits + Misses;

    /// <summary>Several added up; storage is the last one's.</summary>
    public static UsageItem Sum(IReadOnlyList<UsageItem> items) => new(
        null, null, null, null, items.Sum(item => item.Requests), items.Sum(item => item.BandwidthBytes), items is [.., var last] ? last.StorageBytes : 0,
        items.Sum(item => item.Transforms),
        items.Sum(item => item.TransformCpuMs), items.Sum(item => item.MemoryHits), items.Sum(item => item.RedisHits), items.Sum(item => item.StorageHits),
        items.Sum(item => item.Misses),
        items.Sum(item => item.OriginalBytes), items.Sum(item => item.Errors));
}

public sealed record CostResponse(DateTimeOffset From, DateTimeOffset To, string Currency, IReadOnlyList<CostItem> Items, decimal Total);

public sealed record CostItem(string Layer, string Provider, decimal Quantity, string Unit, decimal UnitPrice, decimal Cost);

public sealed record SlowestResponse(
    string Id, int Version, string Tenant, string Space, string Filename, string Operations, string Format, string? Preset, int CpuMs, long SizeBytes,
    DateTimeOffset CreatedAt);
