using Hangfire;
using ImageService.Core.Lifecycle;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Moves originals, and variants where the operator says so, to the storage class that <see cref="TieringPlan"/> names. The row follows the object, so a
/// crash only means moving it again.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class TierAssets(RegistryFactory registry, ObjectStores stores, IOptions<LifecycleOptions> options, TimeProvider time, ILogger<TierAssets> log)
{
    private readonly LifecycleOptions _options = options.Value;

    public async Task RunAsync(CancellationToken ct)
    {
        if (!_options.Tiering)
            return;
        var now = time.GetUtcNow();
        var moved = await MoveAllAsync(OriginalsAsync, SetOriginalTierAsync, now, ct);
        if (_options.TierVariants)
            moved += await MoveAllAsync(VariantsAsync, SetVariantTierAsync, now, ct);
        Log.Swept(log, nameof(TierAssets), moved, "objects moved to another storage class");
    }

    private async Task<int> MoveAllAsync(
        Func<RegistryDb, Guid, DateTimeOffset, CancellationToken, Task<List<TieringFacts>>> candidates,
        Func<RegistryDb, TierMove, CancellationToken, Task<int>> record,
        DateTimeOffset now,
        CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        var (moved, after) = (0, Guid.Empty);
        while (await candidates(db, after, now - _options.WarmAfter, ct) is { Count: > 0 } page)
        {
            foreach (var move in TieringPlan.Moves(page, _options, now))
            {
                if (!await TrySetTierAsync(move, ct))
                    continue;
                moved += await record(db, move, ct);
            }

            after = page[^1].Id;
        }

        return moved;
    }

    private async Task<bool> TrySetTierAsync(TierMove move, CancellationToken ct)
    {
        try
        {
            await stores.Of(move.Store).Objects.SetTierAsync(move.StorageKey, move.To, ct);
            return true;
        }
        catch (ObjectStoreException exception)
        {
            Log.SweepItemFailed(log, exception, nameof(TierAssets), move.StorageKey);
            return false;
        }
    }

    private Task<List<TieringFacts>> VariantsAsync(RegistryDb db, Guid after, DateTimeOffset idleSince, CancellationToken ct) =>
        db.Variants.AsNoTracking()
            .Where(v => v.Id > after && v.SizeBytes >= _options.MinTieringBytes)
            .Where(v =>
                v.Tier != StorageTier.Cold
                    ? (v.LastAccessedAt ?? v.CreatedAt) <= idleSince || v.Tier == StorageTier.Warm : (v.LastAccessedAt ?? v.CreatedAt) > idleSince)
            .OrderBy(v => v.Id).Take(_options.Batch)
            .Select(v =>
                new TieringFacts
                {
                    Id = v.Id,
                    StorageKey = v.StorageKey,
                    Kind = StoredKind.Variant,
                    Tier = v.Tier,
                    SizeBytes = v.SizeBytes,
                    LastUsedAt = v.LastAccessedAt ?? v.CreatedAt,
                    HasIntermediate = true,
                    Store = v.StorageProvider,
                })
            .ToListAsync(ct);

    private Task<List<TieringFacts>> OriginalsAsync(RegistryDb db, Guid after, DateTimeOffset idleSince, CancellationToken ct) =>
        db.AssetVersions.AsNoTracking()
            .Where(v => v.Id > after && v.SizeBytes >= _options.MinTieringBytes)
            .Where(v => v.Tier != StorageTier.Cold ? v.UploadedAt <= idleSince : v.OriginalReadAt > idleSince)
            .OrderBy(v => v.Id).Take(_options.Batch)
            .Select(v =>
                new TieringFacts
                {
                    Id = v.Id,
                    StorageKey = v.StorageKey,
                    Kind = StoredKind.Original,
                    Tier = v.Tier,
                    SizeBytes = v.SizeBytes,
                    LastUsedAt = v.OriginalReadAt ?? v.UploadedAt,
                    HasIntermediate = v.IntermediateKey != null,
                    Store = v.StorageProvider,
                })
            .ToListAsync(ct);

    private static Task<int> SetVariantTierAsync(RegistryDb db, TierMove move, CancellationToken ct) =>
        db.Variants.Where(v => v.Id == move.Id).ExecuteUpdateAsync(set => set.SetProperty(v => v.Tier, move.To), ct);

    private static Task<int> SetOriginalTierAsync(RegistryDb db, TierMove move, CancellationToken ct) =>
        db.AssetVersions.Where(v => v.Id == move.Id).ExecuteUpdateAsync(set => set.SetProperty(v => v.Tier, move.To), ct);
}
