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
/// older than two days are judged, far longer than any request takes. Lists the whole store, hence rarely.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class SweepOrphans(RegistryFactory registry, ObjectStores stores, IOptions<LifecycleOptions> options, TimeProvider time,
    ILogger<SweepOrphans> log)
{
    private static readonly TimeSpan MinAge = TimeSpan.FromDays(2);

    public async Task RunAsync(CancellationToken ct)
    {
        var removed = 0;
        await using var system = registry.ForSystem();
        foreach (var organizationId in await system.Organizations.AsNoTracking().Select(row => row.Id).ToListAsync(ct))
        {
            foreach (var store in stores.All)
            {
                await foreach (var batch in CandidatesAsync(store, organizationId, ct).Chunk(options.Value.Batch).WithCancellation(ct))
                    removed += await RemoveOrphansAsync(store, organizationId, batch, ct);
            }
        }

        Log.Swept(log, nameof(SweepOrphans), removed, "objects without a row removed");
    }

    private async IAsyncEnumerable<(string Key, Guid AssetId)> CandidatesAsync(
        NamedStore store, Guid organizationId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var before = time.GetUtcNow() - MinAge;
        await foreach (var listed in store.Objects.ListAsync(ObjectKeyReader.OrganizationPrefix(organizationId), ct))
        {
            // Staging has its own sweep.
            if (listed.LastModified < before && ObjectKeyReader.TryReadAsset(listed.Key, out var assetId, out _))
                yield return (listed.Key, assetId);
        }
    }

    private async Task<int> RemoveOrphansAsync(NamedStore store, Guid organizationId, (string Key, Guid AssetId)[] batch, CancellationToken ct)
    {
        var assetIds = batch.Select(candidate => candidate.AssetId).Distinct().ToArray();
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
            .ToHashSet(StringComparer.Ordinal);
        known.UnionWith(await db.Variants.Where(row => assetIds.Contains(row.AssetId) && (moving || row.StorageProvider == store.Name))
            .Select(row => row.StorageKey).ToListAsync(ct));
        List<string> orphans = [.. batch.Select(candidate => candidate.Key).Where(key => !known.Contains(key))];
        await store.Objects.DeleteManyAsync(orphans, ct);
        return orphans.Count;
    }
}
