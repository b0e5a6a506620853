using System.Text.Json;

using ImageService.Core.Errors;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;

using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Metering;

/// <summary>
/// Standing quotas (stored bytes, assets), taken and given back inside the transaction that stores or deletes. Every level that sets a quota is held to it:
/// a space's generous quota does not lift its organization's. The counters move by one conditional UPDATE, so two uploads cannot both take the last byte.
/// </summary>
public sealed class QuotaGuard(TimeProvider time)
{
    public const string StorageBytes = "storage_bytes";
    public const string Assets = "assets";

    /// <summary>Period of quotas that never start anew.</summary>
    private static readonly DateOnly Standing = DateOnly.MinValue;

    /// <summary>Takes from every level, or from none.</summary>
    /// <param name="db">A unit of work with an open transaction; on an error the caller rolls it back.</param>
    /// <param name="place">Where the asset lies.</param>
    /// <param name="bytes">Bytes of originals to be stored; 0 or more.</param>
    /// <param name="assets">Assets to be added; 0 or more.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Null, or <see cref="ErrorCode.QuotaExceeded"/>.</returns>
    public async Task<Error?> TakeAsync(RegistryDb db, QuotaPlace place, long bytes, int assets, CancellationToken ct)
    {
        var shares = await SharesAsync(db, place, bytes, assets, ct);
        await LockAsync(db, place, shares, ct);
        var taken = await MoveAsync(db, place, shares, ct);
        if (taken.Count < shares.Count)
            return Refusal(place, shares.First(share => !taken.Exists(row => share.Matches(row))));
        await WarnAsync(db, place, shares, taken, ct);
        return null;
    }

    /// <summary>What an asset holds of the storage quota: the bytes of all its versions that are not deleted.</summary>
    public static Task<long> HeldByAsync(RegistryDb db, Guid assetId, CancellationToken ct) =>
        db.AssetVersions.Where(version => version.AssetId == assetId && version.DeletedAt == null).SumAsync(version => version.SizeBytes, ct);

    /// <summary>Gives back what deleted assets held.</summary>
    public static async Task ReleaseAsync(RegistryDb db, QuotaPlace place, long bytes, int assets, CancellationToken ct)
    {
        var shares = await SharesAsync(db, place, -bytes, -assets, ct);
        await LockAsync(db, place, shares, ct);
        var left = await MoveAsync(db, place, shares, ct);
        var calm = left.Where(row => row.WarnedAt is not null && !shares.Single(share => share.Matches(row)).IsNearlyFull(row.Used)).ToList();
        foreach (var row in calm)
        {
            await db.Database.ExecuteSqlAsync(
                $"""
                UPDATE quota_counters SET warned_at = NULL
                WHERE organization_id = {place.OrganizationId} AND scope_id = {row.ScopeId} AND kind = {row.Kind} AND period = {Standing}
                """,
                ct);
        }
    }

    private static Error Refusal(QuotaPlace place, QuotaShare share)
    {
        var level = place.LevelOf(share.ScopeId);
        var what = string.Equals(share.Kind, StorageBytes, StringComparison.Ordinal) ? "bytes of originals" : "assets";
        return new Error(ErrorCode.QuotaExceeded, $"The {level} may hold at most {share.Limit} {what}, and this would be more. Delete some, or raise the policy quota_{share.Kind}.")
        {
            Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["quota"] = share.Kind, ["level"] = level, ["limit"] = share.Limit },
        };
    }

    private static async Task<IReadOnlyList<QuotaShare>> SharesAsync(RegistryDb db, QuotaPlace place, long bytes, int assets, CancellationToken ct)
    {
        var scopes = place.Scopes;
        var limits = await db.Policies.AsNoTracking()
            .Where(row => scopes.Contains(row.ScopeId) && (row.Key == "quota_" + StorageBytes || row.Key == "quota_" + Assets))
            .Select(row => new { row.ScopeId, row.Key, row.Value })
            .ToListAsync(ct);
        return
        [
            .. from scope in scopes
               from part in new[] { (Kind: StorageBytes, Delta: bytes), (Kind: Assets, Delta: assets) }
               where part.Delta != 0
               let set = limits.Find(row => row.ScopeId == scope && string.Equals(row.Key, "quota_" + part.Kind, StringComparison.Ordinal))
               select new QuotaShare(scope, part.Kind, part.Delta, ReadLimit(set?.Value)),
        ];
    }

    private static long? ReadLimit(string? json)
    {
        if (json is null)
            return null;
        using var value = JsonDocument.Parse(json);
        return value.RootElement.ValueKind is JsonValueKind.Number ? value.RootElement.GetInt64() : null;
    }

    /// <summary>Makes missing counters and locks all of them in one order, so that two transactions wait for each other but never in a circle.</summary>
    private static async Task LockAsync(RegistryDb db, QuotaPlace place, IReadOnlyList<QuotaShare> shares, CancellationToken ct)
    {
        var (scopes, kinds, _, _) = Columns(shares);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO quota_counters (organization_id, scope_id, kind, period, used)
            SELECT {place.OrganizationId}, w.scope_id, w.kind, {Standing}, 0
            FROM unnest({scopes}, {kinds}) AS w(scope_id, kind) ORDER BY w.scope_id, w.kind
            ON CONFLICT DO NOTHING
            """,
            ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            SELECT FROM quota_counters c JOIN unnest({scopes}, {kinds}) AS w(scope_id, kind) ON c.scope_id = w.scope_id AND c.kind = w.kind
            WHERE c.organization_id = {place.OrganizationId} AND c.period = {Standing}
            ORDER BY c.scope_id, c.kind FOR UPDATE OF c
            """,
            ct);
    }

    private static async Task<List<QuotaRow>> MoveAsync(RegistryDb db, QuotaPlace place, IReadOnlyList<QuotaShare> shares, CancellationToken ct)
    {
        var (scopes, kinds, deltas, limits) = Columns(shares);
        return await db.Database.SqlQuery<QuotaRow>(
            $"""
            UPDATE quota_counters c SET used = greatest(0, c.used + w.delta)
            FROM unnest({scopes}, {kinds}, {deltas}, {limits}) AS w(scope_id, kind, delta, quota)
            WHERE c.organization_id = {place.OrganizationId} AND c.scope_id = w.scope_id AND c.kind = w.kind AND c.period = {Standing}
              AND (w.delta <= 0 OR w.quota IS NULL OR c.used + w.delta <= w.quota)
            RETURNING c.scope_id, c.kind, c.used, c.warned_at
            """).ToListAsync(ct);
    }

    private static (Guid[] Scopes, string[] Kinds, long[] Deltas, long?[] Limits) Columns(IReadOnlyList<QuotaShare> shares) =>
        ([.. shares.Select(share => share.ScopeId)], [.. shares.Select(share => share.Kind)], [.. shares.Select(share => share.Delta)], [.. shares.Select(share => share.Limit)]);

    private async Task WarnAsync(RegistryDb db, QuotaPlace place, IReadOnlyList<QuotaShare> shares, List<QuotaRow> taken, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        foreach (var share in shares)
        {
            var row = taken.Single(share.Matches);
            if (row.WarnedAt is not null || !share.IsNearlyFull(row.Used))
                continue;
            await db.Database.ExecuteSqlAsync(
                $"""
                UPDATE quota_counters SET warned_at = {now}
                WHERE organization_id = {place.OrganizationId} AND scope_id = {share.ScopeId} AND kind = {share.Kind} AND period = {Standing}
                """,
                ct);
            db.Publish(new QuotaWarning(place.OrganizationId, share.ScopeId, share.Kind, row.Used, share.Limit!.Value), now);
        }
    }

    /// <summary>What one counter is asked for.</summary>
    private sealed record QuotaShare(Guid ScopeId, string Kind, long Delta, long? Limit)
    {
        public bool Matches(QuotaRow row) => row.ScopeId == ScopeId && string.Equals(row.Kind, Kind, StringComparison.Ordinal);

        /// <summary>At or over 80 % of the quota.</summary>
        public bool IsNearlyFull(long used) => Limit is { } limit && (decimal)used * 5 >= (decimal)limit * 4;
    }

    /// <summary>A counter after the change.</summary>
    private sealed record QuotaRow(Guid ScopeId, string Kind, long Used, DateTimeOffset? WarnedAt);
}

/// <summary>The three levels that an asset counts against.</summary>
public sealed record QuotaPlace(Guid OrganizationId, Guid TenantId, Guid SpaceId)
{
    internal Guid[] Scopes => [OrganizationId, TenantId, SpaceId];

    internal string LevelOf(Guid scopeId) => scopeId == OrganizationId ? "organization" : scopeId == TenantId ? "tenant" : "space";
}
