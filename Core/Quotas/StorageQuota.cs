using System.Text.Json;
using ImageService.Core.Errors;
using ImageService.Core.Messaging;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Quotas;

/// <summary>
/// Standing quotas (stored bytes, assets), taken and given back inside the transaction that stores or deletes. The counters move by one conditional UPDATE,
/// so two
/// uploads cannot both take the last byte.
/// </summary>
public sealed class StorageQuota(TimeProvider time)
{
    private static readonly string[] Keys = [QuotaKind.StorageBytes.PolicyKey(), QuotaKind.Assets.PolicyKey()];

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
        var taken = await MoveAsync(db, place, shares, ct);
        if (taken.Count < shares.Count)
            return Refusal(place, shares.First(share => !taken.Exists(row => share.Matches(row))));
        await WarnAsync(db, place, shares, taken, ct);
        return null;
    }

    /// <summary>What an asset holds: the bytes of all its versions that are not deleted.</summary>
    public static Task<long> HeldByAsync(RegistryDb db, Guid assetId, CancellationToken ct) =>
        db.AssetVersions.Where(version => version.AssetId == assetId && version.DeletedAt == null).SumAsync(version => version.SizeBytes, ct);

    /// <summary>Gives back what deleted assets held.</summary>
    public static async Task GiveBackAsync(RegistryDb db, QuotaPlace place, long bytes, int assets, CancellationToken ct)
    {
        var shares = await SharesAsync(db, place, -bytes, -assets, ct);
        var left = await MoveAsync(db, place, shares, ct);
        var calm = left.Where(row => row.WarnedAt is not null && !shares.Single(share => share.Matches(row)).IsNearlyFull(row.Used));
        foreach (var row in calm)
            await QuotaSql.SetWarnedAsync(db, place.OrganizationId, row.ScopeId, row.Kind, QuotaPeriod.Standing, null, ct);
    }

    private static Error Refusal(QuotaPlace place, QuotaShare share)
    {
        var level = SnakeCase.Write(place.LevelOf(share.ScopeId));
        return new Error(
            ErrorCode.QuotaExceeded,
            $"The {level} may hold at most {share.Limit} {share.Kind.Unit()}, and this would be more. Delete some, or raise the policy {share.Kind.PolicyKey()}.")
        {
            Extensions =
                new Dictionary<string, object?>(StringComparer.Ordinal) { ["quota"] = share.Kind.CounterName(), ["level"] = level, ["limit"] = share.Limit },
        };
    }

    /// <summary>Limits are read in the writer's transaction: memory may be a moment behind.</summary>
    private static async Task<IReadOnlyList<QuotaShare>> SharesAsync(RegistryDb db, QuotaPlace place, long bytes, int assets, CancellationToken ct)
    {
        var scopes = place.Scopes;
        var rows = await db.Policies.AsNoTracking()
            .Where(row => scopes.Contains(row.ScopeId) && Keys.Contains(row.Key))
            .Select(row => new { row.Level, row.Key, row.Value, row.Locked })
            .ToListAsync(ct);
        var levels = rows.GroupBy(row => row.Level).OrderBy(level => level.Key)
            .Select(level => new PolicyLevelValues(
                level.Key, "", level.ToDictionary(row => row.Key, row => new PolicySetting(JsonElement.Parse(row.Value), row.Locked), StringComparer.Ordinal)))
            .ToList();
        return
        [
            .. from part in new[] { (Kind: QuotaKind.StorageBytes, Delta: bytes), (Kind: QuotaKind.Assets, Delta: (long)assets) }
               where part.Delta != 0
               let limits = PolicyLevels.Limits(part.Kind.PolicyKey(), levels).ToDictionary(limit => place.ScopeOf(limit.Level), limit => limit.Limit)
               from scope in scopes
               select new QuotaShare(scope, part.Kind, part.Delta, limits.TryGetValue(scope, out var limit) ? limit : null),
        ];
    }

    private static async Task<List<CounterRow>> MoveAsync(RegistryDb db, QuotaPlace place, IReadOnlyList<QuotaShare> shares, CancellationToken ct)
    {
        var changes =
            shares.Select(share => new CounterChange(share.ScopeId, share.Kind.CounterName(), QuotaPeriod.Standing, share.Delta) { Limit = share.Limit })
                .ToList();
        await QuotaSql.LockAsync(db, place.OrganizationId, changes, ct);
        return await QuotaSql.MoveAsync(db, place.OrganizationId, changes, ct);
    }

    private async Task WarnAsync(RegistryDb db, QuotaPlace place, IReadOnlyList<QuotaShare> shares, List<CounterRow> taken, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        foreach (var share in shares)
        {
            var row = taken.Single(share.Matches);
            if (row.WarnedAt is not null || !share.IsNearlyFull(row.Used))
                continue;
            await QuotaSql.SetWarnedAsync(db, place.OrganizationId, share.ScopeId, row.Kind, QuotaPeriod.Standing, now, ct);
            var told = new QuotaWarning
            {
                OrganizationId = place.OrganizationId,
                ScopeId = share.ScopeId,
                Kind = row.Kind,
                Used = row.Used,
                Limit = share.Limit!.Value,
            };
            db.Publish(told, now);
        }
    }

    /// <summary>What one counter is asked for.</summary>
    private sealed record QuotaShare(Guid ScopeId, QuotaKind Kind, long Delta, long? Limit)
    {
        public bool Matches(CounterRow row) => row.ScopeId == ScopeId && string.Equals(row.Kind, Kind.CounterName(), StringComparison.Ordinal);

        /// <summary>At or over 80 % of the quota.</summary>
        public bool IsNearlyFull(long used) => Limit is { } limit && (decimal)used * 5 >= (decimal)limit * 4;
    }
}
