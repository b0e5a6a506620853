using System.Collections.Concurrent;
using ImageService.Core.Errors;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Quotas;

/// <summary>
/// The monthly quotas on what is measured only afterwards: requests, bandwidth and CPU time. What was used is added up by usage metering; here it is read
/// at most every
/// few seconds and what this process used since is added, so a quota holds to within seconds of traffic. Spaces without one cost nothing.
/// </summary>
public sealed class MeasuredQuotas(RegistryFactory registry, TimeProvider time, ILogger<MeasuredQuotas> logger)
{
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(Guid ScopeId, QuotaKind Kind), Used> _used = new();

    public ValueTask<Error?> JudgeServingAsync(SpaceScope space, CancellationToken ct) =>
        space.Policy.QuotaRequestsPerMonth.Count + space.Policy.QuotaBandwidthBytesPerMonth.Count == 0 ? default : JudgeServingSlowlyAsync(space, ct);

    /// <summary>Whether it is known without asking anybody that the space may answer one more image request.</summary>
    public bool IsKnownToServe(SpaceScope space) => IsKnownToBeBelow(space, QuotaKind.Requests) && IsKnownToBeBelow(space, QuotaKind.BandwidthBytes);

    public async ValueTask<Error?> JudgeTransformAsync(SpaceScope space, CancellationToken ct) => await JudgeAsync(space, QuotaKind.TransformCpuMs, ct);

    /// <summary>Notes an answered image request, until the registry's own count holds it.</summary>
    public void NoteServed(SpaceScope space, long bytes)
    {
        Note(space, QuotaKind.Requests, 1);
        Note(space, QuotaKind.BandwidthBytes, bytes);
    }

    /// <summary>Notes CPU time of a transform, ms, likewise.</summary>
    public void NoteCpu(SpaceScope space, long milliseconds) => Note(space, QuotaKind.TransformCpuMs, milliseconds);

    private void Note(SpaceScope space, QuotaKind kind, long amount)
    {
        // By index: this runs for every image, and an interface's enumerator would be an object each time.
        var limits = kind.LimitsIn(space.Policy);
        for (var i = 0; i < limits.Count; i++)
        {
            if (_used.TryGetValue((QuotaPlace.Of(space).ScopeOf(limits[i].Level), kind), out var used))
                used.Add(amount);
        }
    }

    private bool IsKnownToBeBelow(SpaceScope space, QuotaKind kind)
    {
        var limits = kind.LimitsIn(space.Policy);
        for (var i = 0; i < limits.Count; i++)
        {
            if (!_used.TryGetValue((QuotaPlace.Of(space).ScopeOf(limits[i].Level), kind), out var used) || !IsCurrent(used, time.GetUtcNow())
                || used.Amount >= limits[i].Limit)
                return false;
        }

        return true;
    }

    private static bool IsCurrent(Used used, DateTimeOffset now) => used.Month == QuotaPeriod.MonthOf(now) && now - used.ReadAt <= MaxAge;

    private async ValueTask<Error?> JudgeServingSlowlyAsync(SpaceScope space, CancellationToken ct) =>
        await JudgeAsync(space, QuotaKind.Requests, ct) ?? await JudgeAsync(space, QuotaKind.BandwidthBytes, ct);

    private async Task<Error?> JudgeAsync(SpaceScope space, QuotaKind kind, CancellationToken ct)
    {
        foreach (var limit in kind.LimitsIn(space.Policy))
        {
            if (await JudgeAsync(QuotaPlace.Of(space), kind, limit, ct) is { } usedUp)
                return usedUp;
        }

        return null;
    }

    private async ValueTask<Error?> JudgeAsync(QuotaPlace place, QuotaKind kind, LevelLimit quota, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var month = QuotaPeriod.MonthOf(now);
        var scope = place.ScopeOf(quota.Level);
        var isKnown = _used.TryGetValue((scope, kind), out var used);

        // One request reads anew; those beside it judge by what is known, to which they go on adding.
        if (!isKnown || used!.Month != month || (!IsCurrent(used, now) && used.TryTakeTurn()))
            used = await ReadAnewAsync(place, scope, kind, month, used, ct);
        return used.Amount < quota.Limit
            ? null
            : new Error(ErrorCode.PeriodicQuotaExceeded, $"The month's {quota.Limit} {kind.Unit()} are used up (policy {kind.PolicyKey()}).")
            {
                Limit = quota.Limit,
                RetryAfter = QuotaPeriod.RestOfMonth(now),
            };
    }

    private async Task<Used> ReadAnewAsync(QuotaPlace place, Guid scope, QuotaKind kind, DateOnly month, Used? before, CancellationToken ct)
    {
        try
        {
            return await ReadAsync(place, scope, kind, month, before, ct);
        }
        catch (OperationCanceledException)
        {
            before?.GiveTurnBack();
            throw;
        }
    }

    private async Task<Used> ReadAsync(QuotaPlace place, Guid scope, QuotaKind kind, DateOnly month, Used? before, CancellationToken ct)
    {
        try
        {
            await using var db = registry.ForOrganization(place.OrganizationId);
            var counted = await QuotaSql.UsedAsync(db, scope, kind, month, ct);

            // The registry lags behind by the metering interval: never count less than was known before within the same month.
            var known = before is not null && before.Month == month ? Math.Max(counted, before.Amount) : counted;
            return _used[(scope, kind)] = new Used(month, time.GetUtcNow(), known);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.NotCounted(logger, exception);
            return _used[(scope, kind)] = new Used(month, time.GetUtcNow(), before?.Month == month ? before.Amount : 0);
        }
    }

    private sealed class Used(DateOnly month, DateTimeOffset readAt, long amount)
    {
        private long _amount = amount;
        private int _turn;

        public DateOnly Month => month;

        public DateTimeOffset ReadAt => readAt;

        public long Amount => Volatile.Read(ref _amount);

        /// <summary>True for the first who asks: who reads anew.</summary>
        public bool TryTakeTurn() => Interlocked.Exchange(ref _turn, 1) == 0;

        /// <summary>Who had the turn went away.</summary>
        public void GiveTurnBack() => Volatile.Write(ref _turn, 0);

        public void Add(long more) => Interlocked.Add(ref _amount, more);
    }
}
