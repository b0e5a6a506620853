using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Quotas;

/// <summary>
/// Every statement on <c>quota_counters</c>. Rows are locked in the order of scope and kind wherever several change at once, so that transactions wait for
/// each other but
/// never in a circle.
/// </summary>
internal static class QuotaSql
{
    /// <summary>Makes missing counters and locks all of them.</summary>
    public static async Task LockAsync(RegistryDb db, Guid organizationId, IReadOnlyList<CounterChange> changes, CancellationToken ct)
    {
        var (scopes, kinds, periods, _, _) = Columns(changes);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO quota_counters (organization_id, scope_id, kind, period, used)
            SELECT {organizationId}, w.scope_id, w.kind, w.period, 0
            FROM unnest({scopes}, {kinds}, {periods}) AS w(scope_id, kind, period) ORDER BY w.scope_id, w.kind, w.period
            ON CONFLICT DO NOTHING
            """,
            ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            SELECT FROM quota_counters c
            JOIN unnest({scopes}, {kinds}, {periods}) AS w(scope_id, kind, period) ON c.scope_id = w.scope_id AND c.kind = w.kind AND c.period = w.period
            WHERE c.organization_id = {organizationId}
            ORDER BY c.scope_id, c.kind, c.period FOR UPDATE OF c
            """,
            ct);
    }

    /// <summary>Moves counters, each only where its limit allows it and never below 0; those that moved, as they are now.</summary>
    public static Task<List<CounterRow>> MoveAsync(RegistryDb db, Guid organizationId, IReadOnlyList<CounterChange> changes, CancellationToken ct)
    {
        var (scopes, kinds, periods, amounts, limits) = Columns(changes);
        return db.Database.SqlQuery<CounterRow>(
            $"""
            UPDATE quota_counters c SET used = greatest(0, c.used + w.delta)
            FROM unnest({scopes}, {kinds}, {periods}, {amounts}, {limits}) AS w(scope_id, kind, period, delta, quota)
            WHERE c.organization_id = {organizationId} AND c.scope_id = w.scope_id AND c.kind = w.kind AND c.period = w.period
              AND (w.delta <= 0 OR w.quota IS NULL OR c.used + w.delta <= w.quota)
            RETURNING c.scope_id, c.kind, c.used, c.warned_at
            """).ToListAsync(ct);
    }

    /// <summary>Adds what was measured, whatever the limits.</summary>
    public static Task AddAsync(RegistryDb db, Guid organizationId, IReadOnlyList<CounterChange> changes, CancellationToken ct)
    {
        if (changes.Count == 0)
            return Task.CompletedTask;
        var (scopes, kinds, periods, amounts, _) = Columns(changes);
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO quota_counters AS q (organization_id, scope_id, kind, period, used)
            SELECT {organizationId}, s, k, p, a FROM unnest({scopes}, {kinds}, {periods}, {amounts}) AS x(s, k, p, a)
            ON CONFLICT (organization_id, scope_id, kind, period) DO UPDATE SET used = q.used + EXCLUDED.used
            """,
            ct);
    }

    /// <summary>Takes one at each of the place's levels that is below its limit.</summary>
    /// <param name="db">A unit of work with an open transaction; rolled back where a level is missing.</param>
    /// <param name="place">Whose.</param>
    /// <param name="kind">Of what.</param>
    /// <param name="month">First day of the month.</param>
    /// <param name="limits">One per level of the place, in its order.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The levels' ids that one was taken from.</returns>
    public static Task<List<Guid>> TakeOneAsync(RegistryDb db, QuotaPlace place, QuotaKind kind, DateOnly month, long[] limits, CancellationToken ct)
    {
        var (name, scopes) = (kind.CounterName(), place.Scopes);
        return db.Database.SqlQuery<Guid>(
            $"""
            INSERT INTO quota_counters AS q (organization_id, scope_id, kind, period, used)
            SELECT {place.OrganizationId}, w.s, {name}, {month}, 1 FROM unnest({scopes}, {limits}) AS w(s, l) WHERE w.l > 0 ORDER BY w.s
            ON CONFLICT (organization_id, scope_id, kind, period) DO UPDATE SET used = q.used + 1
            WHERE q.used < (SELECT l FROM unnest({scopes}, {limits}) AS w(s, l) WHERE w.s = q.scope_id)
            RETURNING q.scope_id
            """).ToListAsync(ct);
    }

    /// <summary>Gives one back at each of the place's levels.</summary>
    public static Task GiveOneBackAsync(RegistryDb db, QuotaPlace place, QuotaKind kind, DateOnly month, CancellationToken ct)
    {
        var (name, scopes) = (kind.CounterName(), place.Scopes);
        return db.Database.ExecuteSqlAsync(
            $"""
            WITH mine AS (
                SELECT scope_id FROM quota_counters
                WHERE organization_id = {place.OrganizationId} AND scope_id = ANY ({scopes}) AND kind = {name} AND period = {month}
                ORDER BY scope_id FOR UPDATE)
            UPDATE quota_counters q SET used = greatest(0, q.used - 1) FROM mine
            WHERE q.organization_id = {place.OrganizationId} AND q.scope_id = mine.scope_id AND q.kind = {name} AND q.period = {month}
            """,
            ct);
    }

    /// <summary>What a counter says; 0 where there is none.</summary>
    public static Task<long> UsedAsync(RegistryDb db, Guid scopeId, QuotaKind kind, DateOnly period, CancellationToken ct)
    {
        var name = kind.CounterName();
        return db.QuotaCounters.AsNoTracking()
            .Where(row => row.ScopeId == scopeId && row.Kind == name && row.Period == period)
            .Select(row => row.Used)
            .FirstOrDefaultAsync(ct);
    }

    /// <summary>Remembers that a counter's owner was warned, or that it is calm again (null).</summary>
    /// <returns>Whether that is new.</returns>
    public static async Task<bool> SetWarnedAsync(
        RegistryDb db, Guid organizationId, Guid scopeId, string kind, DateOnly period, DateTimeOffset? at, CancellationToken ct) =>
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE quota_counters SET warned_at = {at}
            WHERE organization_id = {organizationId} AND scope_id = {scopeId} AND kind = {kind} AND period = {period} AND (warned_at IS NULL) = ({at}::timestamptz IS NOT NULL)
            """,
            ct) > 0;

    /// <summary>
    /// Counters of a month, of every organization, that reached 80 % of their level's quota and were not warned of. A level under another's lock sets none.
    /// </summary>
    public static Task<List<DueWarning>> DueWarningsAsync(RegistryDb system, DateOnly month, CancellationToken ct)
    {
        QuotaKind[] monthly = [QuotaKind.Transforms, QuotaKind.TransformCpuMs, QuotaKind.BandwidthBytes, QuotaKind.Requests];
        string[] kinds = Array.ConvertAll(monthly, kind => kind.CounterName()), keys = Array.ConvertAll(monthly, kind => kind.PolicyKey());
        return system.Database.SqlQuery<DueWarning>(
            $"""
            SELECT c.organization_id, c.scope_id, c.kind, c.period, c.used, (p.value #>> ARRAY[]::text[])::bigint AS "limit"
            FROM quota_counters c
            JOIN unnest({kinds}, {keys}) AS k(kind, key) ON k.kind = c.kind
            JOIN policies p ON p.organization_id = c.organization_id AND p.scope_id = c.scope_id AND p.key = k.key
            WHERE c.period = {month} AND c.warned_at IS NULL AND jsonb_typeof(p.value) = 'number'
              AND c.used::numeric * 5 >= (p.value #>> ARRAY[]::text[])::numeric * 4
              AND NOT EXISTS (
                SELECT FROM policies above
                WHERE above.organization_id = p.organization_id AND above.key = p.key AND above.locked AND above.scope_id <> p.scope_id
                  AND (above.scope_id = p.organization_id OR above.scope_id = (SELECT s.tenant_id FROM spaces s WHERE s.id = p.scope_id)))
            """).ToListAsync(ct);
    }

    /// <summary>What every organization holds and may hold, fullest first.</summary>
    public static Task<List<OrganizationStorage>> StorageAsync(RegistryDb system, CancellationToken ct)
    {
        string kind = QuotaKind.StorageBytes.CounterName(), key = QuotaKind.StorageBytes.PolicyKey();
        return system.Database.SqlQuery<OrganizationStorage>(
            $"""
            SELECT c.organization_id, c.used, (p.value #>> ARRAY[]::text[])::bigint AS quota
            FROM quota_counters c
            LEFT JOIN policies p ON p.organization_id = c.organization_id AND p.scope_id = c.organization_id AND p.key = {key} AND jsonb_typeof(p.value) = 'number'
            WHERE c.scope_id = c.organization_id AND c.kind = {kind} AND c.period = {QuotaPeriod.Standing}
            ORDER BY c.used::numeric / nullif((p.value #>> ARRAY[]::text[])::numeric, 0) DESC NULLS LAST, c.used DESC
            """).ToListAsync(ct);
    }

    private static (Guid[] Scopes, string[] Kinds, DateOnly[] Periods, long[] Amounts, long?[] Limits) Columns(IReadOnlyList<CounterChange> changes) =>
    (
        [.. changes.Select(change => change.ScopeId)],
        [.. changes.Select(change => change.Kind)],
        [.. changes.Select(change => change.Period)],
        [.. changes.Select(change => change.Amount)],
        [.. changes.Select(change => change.Limit)]);
}

/// <summary>What a counter changes by.</summary>
internal readonly record struct CounterChange(Guid ScopeId, string Kind, DateOnly Period, long Amount)
{
    /// <summary>The most it may say afterwards; null for no limit.</summary>
    public long? Limit { get; init; }
}

/// <summary>A counter after a change.</summary>
internal sealed record CounterRow(Guid ScopeId, string Kind, long Used, DateTimeOffset? WarnedAt);

/// <summary>A counter whose owner is to be warned.</summary>
internal sealed record DueWarning
{
    public required Guid OrganizationId { get; init; }

    public required Guid ScopeId { get; init; }

    public required string Kind { get; init; }

    public required DateOnly Period { get; init; }

    public required long Used { get; init; }

    public required long Limit { get; init; }
}

/// <summary>An organization's stored bytes, and the quota it sets itself.</summary>
internal sealed record OrganizationStorage(Guid OrganizationId, long Used, long? Quota);
