using Hangfire;
using ImageService.Core.Lifecycle;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Moves originals, and variants where the operator says so, to the storage class that <see cref="TieringPlan"/> names. The row follows the object, so a
/// crash only means moving it again. What is where it belongs is not read, however much there is.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class TierAssets(RegistryFactory registry, ObjectStores stores, IOptions<LifecycleOptions> options, TimeProvider time, ILogger<TierAssets> log)
{
    /// <summary>Smaller ones are in no index: where the operator has them moved too, all rows are read.</summary>
    private const long SmallestIndexed = 131_072;

    private readonly LifecycleOptions _options = options.Value;

    public async Task RunAsync(CancellationToken ct)
    {
        if (!_options.Tiering)
            return;
        var now = time.GetUtcNow();
        await using var db = registry.ForSystem();
        var moved = await MoveAllAsync(db, Originals(db).Where(facts => facts.HasIntermediate), SetOriginalTierAsync, now, ct);
        moved += await MoveNeededAsync(db, now, ct);
        if (_options.TierVariants)
            moved += await MoveAllAsync(db, Variants(db), SetVariantTierAsync, now, ct);
        Log.Swept(log, nameof(TierAssets), moved, "objects moved to another storage class");
    }

    private async Task<int> MoveAllAsync(
        RegistryDb db, IQueryable<TieringFacts> all, Func<RegistryDb, TierMove, CancellationToken, Task<int>> record, DateTimeOffset now, CancellationToken ct)
    {
        var moved = 0;
        var (warm, cold) = (now - _options.WarmAfter, now - _options.ColdAfter);
        var idle = warm > cold ? warm : cold;
        IQueryable<TieringFacts>[] due =
        [
            all.Where(facts => facts.Tier == StorageTier.Hot && facts.LastUsedAt <= idle),
            all.Where(facts => facts.Tier == StorageTier.Warm && facts.LastUsedAt <= cold),
            all.Where(facts => facts.Tier == StorageTier.Warm && facts.LastUsedAt > warm),
            all.Where(facts => facts.Tier == StorageTier.Cold && facts.LastUsedAt > cold),
        ];
        foreach (var some in due)
        {
            var left = some;
            while (await left.OrderBy(facts => facts.LastUsedAt).ThenBy(facts => facts.Id).Take(_options.Batch).ToListAsync(ct) is { Count: > 0 } page)
            {
                moved += await MoveAsync(db, page, record, now, ct);
                var (at, id) = (page[^1].LastUsedAt, page[^1].Id);
                left = some.Where(facts => EF.Functions.GreaterThan(ValueTuple.Create(facts.LastUsedAt, facts.Id), ValueTuple.Create(at, id)));
            }
        }

        return moved;
    }

    /// <summary>Originals that the next request needs, for nothing stands in for them.</summary>
    private async Task<int> MoveNeededAsync(RegistryDb db, DateTimeOffset now, CancellationToken ct)
    {
        var (moved, after) = (0, Guid.Empty);
        var needed = Originals(db).Where(facts => facts.Tier != StorageTier.Hot && !facts.HasIntermediate).OrderBy(facts => facts.Id);
        while (await needed.Where(facts => facts.Id > after).Take(_options.Batch).ToListAsync(ct) is { Count: > 0 } page)
        {
            moved += await MoveAsync(db, page, SetOriginalTierAsync, now, ct);
            after = page[^1].Id;
        }

        return moved;
    }

    private async Task<int> MoveAsync(
        RegistryDb db, List<TieringFacts> page, Func<RegistryDb, TierMove, CancellationToken, Task<int>> record, DateTimeOffset now, CancellationToken ct)
    {
        var moved = 0;
        foreach (var move in TieringPlan.Moves(page, _options, now))
        {
            if (await TrySetTierAsync(move, ct))
                moved += await record(db, move, ct);
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

    // The last use is the later of two times, and never null: as coalesce it would be no condition for an index behind row-level security.
    private IQueryable<TieringFacts> Variants(RegistryDb db) => LargeEnough(db.Variants.AsNoTracking().Select(v => new TieringFacts
    {
        Id = v.Id,
        StorageKey = v.StorageKey,
        Kind = StoredKind.Variant,
        Tier = v.Tier,
        SizeBytes = v.SizeBytes,
        LastUsedAt = EF.Functions.Greatest(v.LastAccessedAt, v.CreatedAt)!.Value,
        HasIntermediate = true,
        Store = v.StorageProvider,
    }));

    private IQueryable<TieringFacts> Originals(RegistryDb db) => LargeEnough(db.AssetVersions.AsNoTracking().Select(v => new TieringFacts
    {
        Id = v.Id,
        StorageKey = v.StorageKey,
        Kind = StoredKind.Original,
        Tier = v.Tier,
        SizeBytes = v.SizeBytes,
        LastUsedAt = EF.Functions.Greatest(v.OriginalReadAt, v.UploadedAt)!.Value,
        HasIntermediate = v.IntermediateKey != null,
        Store = v.StorageProvider,
    }));

    // The limit of the index is said beside the operator's: the planner does not know what a parameter is.
    private IQueryable<TieringFacts> LargeEnough(IQueryable<TieringFacts> all)
    {
        var large = all.Where(facts => facts.SizeBytes >= _options.MinTieringBytes);
        return _options.MinTieringBytes >= SmallestIndexed ? large.Where(facts => facts.SizeBytes >= SmallestIndexed) : large;
    }

    private static Task<int> SetVariantTierAsync(RegistryDb db, TierMove move, CancellationToken ct) =>
        db.Variants.Where(v => v.Id == move.Id).ExecuteUpdateAsync(set => set.SetProperty(v => v.Tier, move.To), ct);

    private static Task<int> SetOriginalTierAsync(RegistryDb db, TierMove move, CancellationToken ct) =>
        db.AssetVersions.Where(v => v.Id == move.Id).ExecuteUpdateAsync(set => set.SetProperty(v => v.Tier, move.To), ct);
}
