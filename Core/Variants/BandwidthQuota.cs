using System.Collections.Concurrent;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// The policy <c>quota_bandwidth_bytes_per_month</c> of a space's organization, tenant and space. What was sent is added up by usage metering; here it is read at most every
/// few seconds and what this process sent since is added, so the quota holds to within seconds of traffic. Spaces without a quota cost nothing.
/// </summary>
public sealed class BandwidthQuota(RegistryFactory registry, TimeProvider time, ILogger<BandwidthQuota> logger)
{
    private const string Kind = "bandwidth_bytes";

    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Guid, Used> _used = new();

    /// <summary>Whether the space may send more; null where it may. Each level that sets a quota is held to it: a space's generous one does not lift its organization's.</summary>
    public ValueTask<Error?> JudgeAsync(SpaceScope space, CancellationToken ct) =>
        space.Policy.BandwidthQuotas.Count == 0 ? default : JudgeLevelsAsync(space, ct);

    /// <summary>Notes bytes sent, until the registry's own count holds them.</summary>
    public void Note(SpaceScope space, long bytes)
    {
        foreach (var quota in space.Policy.BandwidthQuotas)
        {
            if (_used.TryGetValue(CountedScope(space, quota.Level), out var used))
                used.Add(bytes);
        }
    }

    private async ValueTask<Error?> JudgeLevelsAsync(SpaceScope space, CancellationToken ct)
    {
        foreach (var quota in space.Policy.BandwidthQuotas)
        {
            if (await JudgeAsync(space, CountedScope(space, quota.Level), quota.Limit, ct) is { } full)
                return full;
        }

        return null;
    }

    private async ValueTask<Error?> JudgeAsync(SpaceScope space, Guid scope, long limit, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var month = new DateOnly(now.Year, now.Month, 1);
        if (!_used.TryGetValue(scope, out var used) || used.Month != month || now - used.ReadAt > MaxAge)
            used = await ReadAsync(space, scope, month, used, ct);
        return used.Bytes < limit
            ? null
            : new Error(ErrorCode.PeriodicQuotaExceeded, $"The month's {limit} bytes of bandwidth are used up (policy quota_bandwidth_bytes_per_month).")
            {
                Limit = limit,
                RetryAfter = new DateTimeOffset(month.AddMonths(1), TimeOnly.MinValue, TimeSpan.Zero) - now,
            };
    }

    private async Task<Used> ReadAsync(SpaceScope space, Guid scope, DateOnly month, Used? before, CancellationToken ct)
    {
        try
        {
            await using var db = registry.ForOrganization(space.OrganizationId);
            var bytes = await db.QuotaCounters.AsNoTracking()
                .Where(row => row.ScopeId == scope && row.Kind == Kind && row.Period == month)
                .Select(row => row.Used)
                .FirstOrDefaultAsync(ct);

            // The registry lags behind by the metering interval: never count less than was known before within the same month.
            var known = before is not null && before.Month == month ? Math.Max(bytes, before.Bytes) : bytes;
            return _used[scope] = new Used(month, time.GetUtcNow(), known);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.QuotaNotCounted(logger, exception);
            return _used[scope] = new Used(month, time.GetUtcNow(), before?.Month == month ? before.Bytes : 0);
        }
    }

    /// <summary>The level that sets a quota is the one whose bytes it counts.</summary>
    private static Guid CountedScope(SpaceScope space, PolicyLevel level) => level switch
    {
        PolicyLevel.Organization => space.OrganizationId,
        PolicyLevel.Tenant => space.TenantId,
        _ => space.SpaceId,
    };

    private sealed class Used(DateOnly month, DateTimeOffset readAt, long bytes)
    {
        private long _bytes = bytes;

        public DateOnly Month => month;

        public DateTimeOffset ReadAt => readAt;

        public long Bytes => Volatile.Read(ref _bytes);

        public void Add(long sent) => Interlocked.Add(ref _bytes, sent);
    }
}
