using System.Collections.Concurrent;
using ImageService.Core.Errors;
using ImageService.Core.Metering;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// The monthly quotas on what is measured only afterwards: requests, bandwidth and CPU time, of a space's organization, tenant and space. What was used is added up by usage
/// metering; here it is read at most every few seconds and what this process used since is added, so a quota holds to within seconds of traffic. Spaces without one cost nothing.
/// Each level that sets a quota is held to it: a space's generous one does not lift its organization's.
/// </summary>
public sealed class MeasuredQuotas(RegistryFactory registry, TimeProvider time, ILogger<MeasuredQuotas> logger)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(Guid ScopeId, MonthlyUse Use), Used> _used = new();

    /// <summary>Whether the space may answer one more image request; null where it may.</summary>
    public ValueTask<Error?> JudgeServingAsync(SpaceScope space, CancellationToken ct) => JudgeAsync(space, space.Policy.ServingQuotas, ct);

    /// <summary>Whether the space may run one more transform; null where it may.</summary>
    public ValueTask<Error?> JudgeTransformAsync(SpaceScope space, CancellationToken ct) => JudgeAsync(space, space.Policy.CpuQuotas, ct);

    /// <summary>Notes an answered image request, until the registry's own count holds it.</summary>
    public void NoteServed(SpaceScope space, long bytes)
    {
        // By index: this runs for every image, and an interface's enumerator would be an object each time.
        var quotas = space.Policy.ServingQuotas;
        for (var i = 0; i < quotas.Count; i++)
            Note(space, quotas[i], quotas[i].Use == MonthlyUse.Requests ? 1 : bytes);
    }

    /// <summary>Notes CPU time of a transform, ms, likewise.</summary>
    public void NoteCpu(SpaceScope space, long milliseconds)
    {
        foreach (var quota in space.Policy.CpuQuotas)
            Note(space, quota, milliseconds);
    }

    private void Note(SpaceScope space, LevelQuota quota, long amount)
    {
        if (_used.TryGetValue((CountedScope(space, quota.Level), quota.Use), out var used))
            used.Add(amount);
    }

    private ValueTask<Error?> JudgeAsync(SpaceScope space, IReadOnlyList<LevelQuota> quotas, CancellationToken ct) =>
        quotas.Count == 0 ? default : JudgeEachAsync(space, quotas, ct);

    private async ValueTask<Error?> JudgeEachAsync(SpaceScope space, IReadOnlyList<LevelQuota> quotas, CancellationToken ct)
    {
        foreach (var quota in quotas)
        {
            if (await JudgeAsync(space, quota, ct) is { } full)
                return full;
        }

        return null;
    }

    private async ValueTask<Error?> JudgeAsync(SpaceScope space, LevelQuota quota, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var month = QuotaMonth.Of(now);
        var scope = CountedScope(space, quota.Level);
        if (!_used.TryGetValue((scope, quota.Use), out var used) || used.Month != month || now - used.ReadAt > MaxAge)
            used = await ReadAsync(space, scope, quota.Use, month, used, ct);
        return used.Amount < quota.Limit
            ? null
            : new Error(ErrorCode.PeriodicQuotaExceeded, $"The month's {quota.Limit} {quota.Use.Unit()} are used up (policy {quota.Use.PolicyKey()}).")
            {
                Limit = quota.Limit,
                RetryAfter = QuotaMonth.Rest(now),
            };
    }

    private async Task<Used> ReadAsync(SpaceScope space, Guid scope, MonthlyUse use, DateOnly month, Used? before, CancellationToken ct)
    {
        try
        {
            var kind = use.CounterKind();
            await using var db = registry.ForOrganization(space.OrganizationId);
            var counted = await db.QuotaCounters.AsNoTracking()
                .Where(row => row.ScopeId == scope && row.Kind == kind && row.Period == month)
                .Select(row => row.Used)
                .FirstOrDefaultAsync(ct);

            // The registry lags behind by the metering interval: never count less than was known before within the same month.
            var known = before is not null && before.Month == month ? Math.Max(counted, before.Amount) : counted;
            return _used[(scope, use)] = new Used(month, time.GetUtcNow(), known);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.QuotaNotCounted(logger, exception);
            return _used[(scope, use)] = new Used(month, time.GetUtcNow(), before?.Month == month ? before.Amount : 0);
        }
    }

    /// <summary>The level that sets a quota is the one whose use it counts.</summary>
    private static Guid CountedScope(SpaceScope space, PolicyLevel level) => level switch
    {
        PolicyLevel.Organization => space.OrganizationId,
        PolicyLevel.Tenant => space.TenantId,
        _ => space.SpaceId,
    };

    private sealed class Used(DateOnly month, DateTimeOffset readAt, long amount)
    {
        private long _amount = amount;

        public DateOnly Month => month;

        public DateTimeOffset ReadAt => readAt;

        public long Amount => Volatile.Read(ref _amount);

        public void Add(long more) => Interlocked.Add(ref _amount, more);
    }
}
