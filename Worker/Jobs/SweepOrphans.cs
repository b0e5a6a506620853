using Hangfire;
using ImageService.Core.Engine;
using ImageService.Core.Lifecycle;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Compares the store with the registry and removes objects without a row: what a crash between writing an object and its row leaves. Only objects
/// older than two days are judged, far longer than any request takes. Lists whole stores, hence each organization once a week, for so long a night, and goes on
/// where the run before came to.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class SweepOrphans(RegistryFactory registry, ObjectStores stores, IOptions<LifecycleOptions> options, TimeProvider time,
    ILogger<SweepOrphans> log)
{
    private static readonly TimeSpan MinAge = TimeSpan.FromDays(2);

    /// <summary>Less than a week by some hours: runs do not begin to the second.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromDays(6.5);

    public async Task RunAsync(CancellationToken ct)
    {
        var until = time.GetUtcNow() + options.Value.SweepFor;
        var removed = 0;
        foreach (var store in stores.All)
        {
            try
            {
                foreach (var sweep in await DueAsync(store, ct))
                    removed += await SweepAsync(store, sweep, until, ct);
            }
            catch (ObjectStoreException exception)
            {
                Log.SweepItemFailed(log, exception, nameof(SweepOrphans), store.Name);
            }
        }

        Log.Swept(log, nameof(SweepOrphans), removed, "objects without a row removed");
    }

    /// <summary>Organizations whose turn it is: first the one that a run stopped in, then those that never had theirs, then the longest ago.</summary>
    private async Task<List<OrphanSweep>> DueAsync(NamedStore store, CancellationToken ct)
    {
        var before = time.GetUtcNow() - Rest;
        await using var system = registry.ForSystem();
        var due =
            from organization in system.Organizations
            join row in system.OrphanSweeps.Where(row => row.Store == store.Name) on organization.Id equals row.OrganizationId into rows
            from sweep in rows.DefaultIfEmpty()
            where sweep.FinishedAt == null || sweep.FinishedAt < before
            orderby sweep.After == null, sweep.FinishedAt != null, sweep.FinishedAt
            select new OrphanSweep { OrganizationId = organization.Id, Store = store.Name, After = sweep.After };
        return await due.ToListAsync(ct);
    }

    private async Task<int> SweepAsync(NamedStore store, OrphanSweep sweep, DateTimeOffset until, CancellationToken ct)
    {
        if (time.GetUtcNow() >= until)
            return 0;
        var removed = 0;
        var listing = store.Objects.ListAfterAsync(ObjectKeyReader.OrganizationPrefix(sweep.OrganizationId), sweep.After, ct);
        await foreach (var batch in listing.Chunk(options.Value.Batch).WithCancellation(ct))
        {
            removed += await RemoveOrphansAsync(store, sweep.OrganizationId, batch, ct);
            sweep.After = batch[^1].Key;
            await NoteAsync(sweep, ct);
            if (time.GetUtcNow() >= until)
                return removed;
        }

        (sweep.After, sweep.FinishedAt) = (null, time.GetUtcNow());
        await NoteAsync(sweep, ct);
        return removed;
    }

    private async Task<int> RemoveOrphansAsync(NamedStore store, Guid organizationId, ObjectListing[] listed, CancellationToken ct)
    {
        var before = time.GetUtcNow() - MinAge;
        Dictionary<string, Guid> candidates = new(StringComparer.Ordinal);
        foreach (var item in listed)
        {
            // Staging has its own sweep.
            if (item.LastModified < before && ObjectKeyReader.TryReadAsset(item.Key, out var assetId, out _))
                candidates[item.Key] = assetId;
        }

        if (candidates.Count == 0)
            return 0;
        string[] orphans = [.. candidates.Keys.Except(await KnownAsync(store, organizationId, candidates, ct), StringComparer.Ordinal)];
        await store.Objects.DeleteManyAsync(orphans, ct);
        return orphans.Length;
    }

    private async Task<HashSet<string>> KnownAsync(NamedStore store, Guid organizationId, Dictionary<string, Guid> candidates, CancellationToken ct)
    {
        Guid[] assetIds = [.. candidates.Values.Distinct()];
        string[] keys = [.. candidates.Keys];
        await using var db = registry.ForOrganization(organizationId);

        // What a move has left in its source is the move's to remove, when its time of grace is over.
        var moving = await db.StoreMoves.AnyAsync(move => StoreMove.Unfinished.Contains(move.State), ct);
        var versions = await db.AssetVersions.AsNoTracking().Where(row => assetIds.Contains(row.AssetId) && (moving || row.StorageProvider == store.Name))
            .Select(row => new { row.StorageKey, row.WorkingCopyKey, row.IntermediateKey, row.OrganizationId, row.AssetId, row.Version }).ToListAsync(ct);
        var known =
            versions.SelectMany(
                row =>
                    new[] { row.StorageKey, row.WorkingCopyKey, row.IntermediateKey,
                        ObjectKey.Intermediate(row.OrganizationId, row.AssetId, row.Version, EngineRevision.ForIntermediate) })
            .OfType<string>().ToHashSet(StringComparer.Ordinal);
        known.UnionWith(await db.Variants
            .Where(row => assetIds.Contains(row.AssetId) && keys.Contains(row.StorageKey) && (moving || row.StorageProvider == store.Name))
            .Select(row => row.StorageKey).ToListAsync(ct));
        return known;
    }

    private async Task NoteAsync(OrphanSweep sweep, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(sweep.OrganizationId);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO orphan_sweeps AS s (organization_id, store, after, finished_at)
            VALUES ({sweep.OrganizationId}, {sweep.Store}, {sweep.After}::text, {sweep.FinishedAt}::timestamptz)
            ON CONFLICT (organization_id, store) DO UPDATE SET after = EXCLUDED.after, finished_at = coalesce(EXCLUDED.finished_at, s.finished_at)
            """,
            ct);
    }
}
