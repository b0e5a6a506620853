using ImageService.Core.Registry;
using ImageService.Core.Storage;

using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Lifecycle;

/// <summary>Removes from a move's sources what its rows say lies elsewhere now. Safe to repeat.</summary>
internal sealed class StoreMoveCleaning(ObjectStores stores, StoreMove move)
{
    private const int PageSize = 100;

    /// <returns>How many objects were removed.</returns>
    public async Task<long> RunAsync(RegistryDb db, IQueryable<AssetVersion> scope, CancellationToken ct)
    {
        var removed = 0L;
        var after = Guid.Empty;
        NamedStore[] sources = [.. move.Sources.Where(name => name != move.Store && stores.Knows(name)).Select(name => stores.Of(name))];
        while (await scope.Where(row => row.Id > after).OrderBy(row => row.Id).Take(PageSize).ToListAsync(ct) is { Count: > 0 } page)
        {
            var assets = page.Select(row => row.AssetId).Distinct().ToArray();
            var variants = await db.Variants.AsNoTracking()
                .Where(row => assets.Contains(row.AssetId)).Select(row => new { row.StorageProvider, row.StorageKey }).ToListAsync(ct);
            var inUse = variants.Select(row => (row.StorageProvider, row.StorageKey)).ToHashSet();
            foreach (var source in sources)
            {
                foreach (var version in page.Where(row => row.StorageProvider != source.Name))
                    removed += await EmptyAsync(source, version, inUse, ct);
            }

            after = page[^1].Id;
        }

        return removed;
    }

    private static async Task<long> EmptyAsync(NamedStore source, AssetVersion version, HashSet<(string Store, string Key)> inUse, CancellationToken ct)
    {
        List<string> keys = [];
        await foreach (var listed in source.Objects.ListAsync(ObjectKey.VersionPrefix(version.OrganizationId, version.AssetId, version.Version), ct))
        {
            if (!inUse.Contains((source.Name, listed.Key)))
                keys.Add(listed.Key);
        }

        await source.Objects.DeleteManyAsync(keys, ct);
        return keys.Count;
    }
}
