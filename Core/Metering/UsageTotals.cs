using ImageService.Core.Caching;
using ImageService.Core.Quotas;

namespace ImageService.Core.Metering;

/// <summary>Notes added up per hour, space and key, as they will be written. Not thread-safe.</summary>
internal sealed class UsageTotals
{
    private readonly Dictionary<HourKey, Sums> _hours = [];

    /// <summary>Rows waiting to be written.</summary>
    public int Count => _hours.Count;

    /// <summary>Adds a note; false when that would need a new row beyond the limit.</summary>
    public bool TryAdd(in UsageNote note, DateTimeOffset now, int maxKeys)
    {
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var key = new HourKey(note.OrganizationId, note.TenantId, note.SpaceId, note.ApiKeyId, hour);
        if (!_hours.TryGetValue(key, out var sums))
        {
            if (_hours.Count >= maxKeys) return false;
            _hours[key] = sums = new Sums();
        }

        sums.Requests += note.Requests;
        sums.BandwidthBytes += note.BandwidthBytes;
        sums.Transforms += note.Transforms;
        sums.TransformCpuMs += note.TransformCpuMs;
        sums.OriginalBytes += note.OriginalBytes;
        sums.Errors += note.Errors;
        switch (note.Layer)
        {
            case CacheLayer.Memory: sums.MemoryHits++; break;
            case CacheLayer.Redis: sums.RedisHits++; break;
            case CacheLayer.Storage: sums.StorageHits++; break;
            case CacheLayer.Miss or CacheLayer.Coalesced: sums.Misses++; break;
        }

        return true;
    }

    public IReadOnlyList<Guid> Organizations() => [.. _hours.Keys.Select(key => key.OrganizationId).Distinct()];

    /// <summary>In a fixed order, so that two writers never wait for each other's rows in a circle.</summary>
    public IEnumerable<KeyValuePair<HourKey, Sums>> HoursOf(Guid organizationId) =>
        _hours.Where(row => row.Key.OrganizationId == organizationId)
            .OrderBy(row => row.Key.TenantId).ThenBy(row => row.Key.SpaceId).ThenBy(row => row.Key.Hour).ThenBy(row => row.Key.ApiKeyId);

    /// <summary>Requests for images, bandwidth and CPU time per month of the organization, each of its tenants and each of its spaces.</summary>
    public IReadOnlyList<CounterChange> CountersOf(Guid organizationId) =>
    [
        .. HoursOf(organizationId)
            .SelectMany(row => Amounts(row).SelectMany(use => Scopes(row.Key).Select(scope => (scope, use.Kind, period: QuotaPeriod.MonthOf(row.Key.Hour), use.Amount))))
            .Where(change => change.Amount != 0)
            .GroupBy(change => (change.scope, change.Kind, change.period))
            .Select(group => new CounterChange(group.Key.scope, group.Key.Kind, group.Key.period, group.Sum(change => change.Amount)))
            .OrderBy(change => change.ScopeId).ThenBy(change => change.Kind, StringComparer.Ordinal).ThenBy(change => change.Period),
    ];

    public void Forget(Guid organizationId)
    {
        foreach (var key in _hours.Keys.Where(key => key.OrganizationId == organizationId).ToList()) _hours.Remove(key);
    }

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
internal readonly record struct HourKey(Guid OrganizationId, Guid TenantId, Guid SpaceId, Guid ApiKeyId, DateTimeOffset Hour);

/// <summary>What a row grows by.</summary>
internal sealed class Sums
{
    public long Requests { get; set; }

    public long BandwidthBytes { get; set; }

    public long Transforms { get; set; }

    public long TransformCpuMs { get; set; }

    public long MemoryHits { get; set; }

    public long RedisHits { get; set; }

    public long StorageHits { get; set; }

    public long Misses { get; set; }

    public long OriginalBytes { get; set; }

    public long Errors { get; set; }
}
