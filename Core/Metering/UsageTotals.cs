using ImageService.Core.Caching;
using ImageService.Core.Quotas;

namespace ImageService.Core.Metering;

/// <summary>What notes added up to, as it is written: rows per hour, space and key, and counters per month and level.</summary>
internal static class UsageTotals
{
    /// <summary>In a fixed order, so that two writers never wait for each other's rows in a circle.</summary>
    public static IReadOnlyList<KeyValuePair<HourKey, Sums>> InOrder(IEnumerable<KeyValuePair<HourKey, Sums>> rows) =>
        [.. rows.OrderBy(row => row.Key.TenantId).ThenBy(row => row.Key.SpaceId).ThenBy(row => row.Key.Hour).ThenBy(row => row.Key.ApiKeyId)];

    /// <summary>
    /// Requests for images, bandwidth and CPU time per month of the organization, each of its tenants and each of its spaces; in a fixed order.
    /// </summary>
    public static IReadOnlyList<CounterChange> CountersOf(IEnumerable<KeyValuePair<HourKey, Sums>> rows) =>
    [
        .. rows
            .SelectMany(row => Amounts(row)
                .SelectMany(use => Scopes(row.Key).Select(scope => (scope, use.Kind, period: QuotaPeriod.MonthOf(row.Key.Hour), use.Amount))))
            .Where(change => change.Amount != 0)
            .GroupBy(change => (change.scope, change.Kind, change.period))
            .Select(group => new CounterChange(group.Key.scope, group.Key.Kind, group.Key.period, group.Sum(change => change.Amount)))
            .OrderBy(change => change.ScopeId).ThenBy(change => change.Kind, StringComparer.Ordinal).ThenBy(change => change.Period),
    ];

    /// <summary>What is requested with an API key is management, not images.</summary>
    private static (string Kind, long Amount)[] Amounts(KeyValuePair<HourKey, Sums> row) =>
    [
        (QuotaKind.Requests.CounterName(), row.Key.ApiKeyId == Guid.Empty ? row.Value.Requests : 0),
        (QuotaKind.BandwidthBytes.CounterName(), row.Value.BandwidthBytes),
        (QuotaKind.TransformCpuMs.CounterName(), row.Value.TransformCpuMs),
    ];

    private static IEnumerable<Guid> Scopes(HourKey key) =>
        new[] { key.OrganizationId, key.TenantId, key.SpaceId }.Where(id => id != Guid.Empty).Distinct();
}

/// <summary>One row of <c>usage_hours</c>.</summary>
internal readonly record struct HourKey
{
    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    public required Guid ApiKeyId { get; init; }

    public required DateTimeOffset Hour { get; init; }
}

/// <summary>What a row grows by.</summary>
internal readonly record struct Sums
{
    public long Requests { get; init; }

    public long BandwidthBytes { get; init; }

    public long Transforms { get; init; }

    public long TransformCpuMs { get; init; }

    public long MemoryHits { get; init; }

    public long RedisHits { get; init; }

    public long StorageHits { get; init; }

    public long Misses { get; init; }

    public long OriginalBytes { get; init; }

    public long Errors { get; init; }

    public static Sums Of(in UsageNote note) => new()
    {
        Requests = note.Requests,
        BandwidthBytes = note.BandwidthBytes,
        Transforms = note.Transforms,
        TransformCpuMs = note.TransformCpuMs,
        MemoryHits = note.Layer is CacheLayer.Memory ? 1 : 0,
        RedisHits = note.Layer is CacheLayer.Redis ? 1 : 0,
        StorageHits = note.Layer is CacheLayer.Storage ? 1 : 0,
        Misses = note.Layer is CacheLayer.Miss or CacheLayer.Coalesced ? 1 : 0,
        OriginalBytes = note.OriginalBytes,
        Errors = note.Errors,
    };

    public static Sums operator +(in Sums one, in Sums other) => new()
    {
        Requests = one.Requests + other.Requests,
        BandwidthBytes = one.BandwidthBytes + other.BandwidthBytes,
        Transforms = one.Transforms + other.Transforms,
        TransformCpuMs = one.TransformCpuMs + other.TransformCpuMs,
        MemoryHits = one.MemoryHits + other.MemoryHits,
        RedisHits = one.RedisHits + other.RedisHits,
        StorageHits = one.StorageHits + other.StorageHits,
        Misses = one.Misses + other.Misses,
        OriginalBytes = one.OriginalBytes + other.OriginalBytes,
        Errors = one.Errors + other.Errors,
    };
}
