using ImageService.Core.Registry;
using ImageService.Core.Storage;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Lifecycle;

/// <summary>
/// Moves everything of an organization, a tenant or a space to another store while its images are served. Each asset version is copied, read back, compared by
/// SHA-256 and only then switched over, in one transaction with the progress: what is left to do is what the rows say still lies elsewhere, so that a run that
/// died goes on where it was. The sources are emptied when the time of grace is over.
/// </summary>
public sealed class StoreMover(RegistryFactory registry, ObjectStores stores, IOptions<StoreMoveOptions> options, TimeProvider time, ILogger<StoreMover> logger)
{
    private const int PageSize = 100;
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(10);

    private readonly StoreMoveOptions _options = options.Value;

    /// <summary>Works on every move that no other run has, until each is done or has to wait.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        var open = await db.StoreMoves.Where(move => StoreMove.Unfinished.Contains(move.State)).OrderBy(move => move.CreatedAt)
            .Select(move => new { move.OrganizationId, move.Id }).ToListAsync(ct);
        foreach (var move in open)
            await RunAsync(move.OrganizationId, move.Id, ct);
    }

    private async Task RunAsync(Guid organization, Guid id, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organization);

        // A run holds a move, not a process: the next minute's run on the same worker finds it taken.
        var run = Guid.CreateVersion7();
        if (!await ClaimAsync(db, id, run, ct))
            return;
        var move = await db.StoreMoves.AsNoTracking().SingleAsync(row => row.Id == id, ct);
        using var held = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var renewing = RenewAsync(move, run, held);
        string? problem = null;
        try
        {
            // What was uploaded by someone who still knew the old policy is taken along, unless a later move has taken over.
            var cleans =
                move.State is StoreMoveState.Cleaning && (await IsSupersededAsync(db, move, held.Token) || !await IsAnyLeftAsync(db, move, held.Token));
            problem = cleans ? await CleanAsync(db, move, held.Token) : await CopyAsync(db, move, held.Token);
        }
        catch (ObjectStoreException exception)
        {
            problem = exception.Message;
            Log.MoveInterrupted(logger, exception, move.Id);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // Stopped by someone, or another worker has it: its row says so.
        }
        finally
        {
            await held.CancelAsync();
            await renewing;
            await ReleaseAsync(db, move.Id, run, problem);
        }
    }

    private Task<bool> ClaimAsync(RegistryDb db, Guid id, Guid run, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return ChangedAsync(db.StoreMoves
            .Where(row =>
                row.Id == id && StoreMove.Unfinished.Contains(row.State) && (row.LeasedUntil == null || row.LeasedUntil < now || row.LeasedBy == run))
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.LeasedBy, run).SetProperty(it => it.LeasedUntil, now + Lease), ct));
    }

    /// <summary>Keeps the lease; ends the work when the move was stopped or taken over.</summary>
    private async Task RenewAsync(StoreMove move, Guid run, CancellationTokenSource held)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Renewal, time, held.Token);
                await using var db = registry.ForOrganization(move.OrganizationId);
                if (!await ClaimAsync(db, move.Id, run, held.Token))
                    await held.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The work ended.
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            // Without the registry nobody knows who has the move.
            await held.CancelAsync();
        }
    }

    private async Task ReleaseAsync(RegistryDb db, Guid id, Guid run, string? problem)
    {
        var (now, text) = (time.GetUtcNow(), problem is { Length: > 1000 } ? problem[..1000] : problem);
        await db.StoreMoves.Where(row => row.Id == id && row.LeasedBy == run).ExecuteUpdateAsync(
            row => row.SetProperty(it => it.LeasedBy, (Guid?)null).SetProperty(it => it.LeasedUntil, (DateTimeOffset?)null)
                .SetProperty(it => it.Problem, text).SetProperty(it => it.UpdatedAt, now),
            CancellationToken.None);
    }

    /// <summary>Copies pass by pass until nothing is left; a pass that moves nothing ends it.</summary>
    /// <returns>What could not be moved and why; null where everything was.</returns>
    private async Task<string?> CopyAsync(RegistryDb db, StoreMove move, CancellationToken ct)
    {
        await BeginAsync(db, move, ct);
        var copy = new StoreMoveCopy(registry, stores, move, new StoreMoveThrottle(_options.BytesPerSecond, time), time);
        while (true)
        {
            var (moved, failed, problem) = await PassAsync(db, move, copy, ct);
            if (!await IsAnyLeftAsync(db, move, ct))
            {
                await EndCopyingAsync(db, move, StoreMoveState.Cleaning, 0, ct);
                Log.MoveCopied(logger, move.Id, move.Store);
                return null;
            }

            if (moved > 0)
                continue;
            await EndCopyingAsync(db, move, StoreMoveState.Failed, failed, ct);
            Log.MoveFailed(logger, move.Id, failed, problem);
            return problem;
        }
    }

    private async Task<(long Moved, long Failed, string? Problem)> PassAsync(RegistryDb db, StoreMove move, StoreMoveCopy copy, CancellationToken ct)
    {
        long moved = 0;
        long failed = 0;
        string? problem = null;
        var after = Guid.Empty;
        while (await Left(db, move).Where(row => row.Id > after).OrderBy(row => row.Id).Take(PageSize).ToListAsync(ct) is { Count: > 0 } page)
        {
            await Parallel.ForEachAsync(page, new ParallelOptions { MaxDegreeOfParallelism = _options.Concurrency, CancellationToken = ct },
                async (version, token) =>
            {
                if (await copy.MoveAsync(version, token) is { } refusal)
                {
                    Interlocked.Increment(ref failed);
                    problem = refusal;
                }
                else
                {
                    Interlocked.Increment(ref moved);
                }
            });
            after = page[^1].Id;
        }

        return (moved, failed, problem);
    }

    private async Task BeginAsync(RegistryDb db, StoreMove move, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var left = await Scope(db, move).Where(row => row.StorageProvider != move.Store).GroupBy(row => row.OrganizationId)
            .Select(all => new { Assets = all.LongCount(), Bytes = all.Sum(row => row.SizeBytes) }).SingleOrDefaultAsync(ct);
        var (assets, bytes) = (left?.Assets ?? 0, left?.Bytes ?? 0);
        await db.StoreMoves.Where(row => row.Id == move.Id).ExecuteUpdateAsync(
            row => row.SetProperty(it => it.State, StoreMoveState.Copying).SetProperty(it => it.UpdatedAt, now)
                .SetProperty(it => it.Problem, (string?)null)
                .SetProperty(it => it.Assets, it => it.Done + assets)
                .SetProperty(it => it.Bytes, it => it.State == StoreMoveState.Queued ? bytes : it.Bytes),
            ct);
    }

    private async Task EndCopyingAsync(RegistryDb db, StoreMove move, StoreMoveState state, long failed, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await db.StoreMoves.Where(row => row.Id == move.Id && row.State == StoreMoveState.Copying).ExecuteUpdateAsync(
            row => row.SetProperty(it => it.State, state)
                .SetProperty(it => it.CopiedAt, now).SetProperty(it => it.UpdatedAt, now).SetProperty(it => it.Failed, failed)
                .SetProperty(it => it.Assets, it => it.Done + failed),
            ct);
    }

    /// <summary>Empties the sources of what the rows say lies elsewhere now.</summary>
    /// <returns>What it waits for; null when it is done.</returns>
    private async Task<string?> CleanAsync(RegistryDb db, StoreMove move, CancellationToken ct)
    {
        if (time.GetUtcNow() < move.CopiedAt + _options.GracePeriod)
            return null;

        // Another move may be filling the very store that this one empties.
        if (await db.StoreMoves.AnyAsync(row => row.State == StoreMoveState.Queued || row.State == StoreMoveState.Copying, ct))
            return "Waits for another move of the organization before its sources are emptied.";
        var removed = await new StoreMoveCleaning(stores, move).RunAsync(db, Scope(db, move), ct);
        var now = time.GetUtcNow();
        await db.StoreMoves.Where(row => row.Id == move.Id && row.State == StoreMoveState.Cleaning)
            .ExecuteUpdateAsync(row => row.SetProperty(it => it.State, StoreMoveState.Done).SetProperty(it => it.UpdatedAt, now), ct);
        Log.MoveDone(logger, move.Id, removed);
        return null;
    }

    private static Task<bool> IsSupersededAsync(RegistryDb db, StoreMove move, CancellationToken ct) => db.StoreMoves.AnyAsync(
        row => row.Id != move.Id && row.CreatedAt > move.CreatedAt
            && (row.TenantId == null || move.TenantId == null || row.TenantId == move.TenantId)
            && (row.SpaceId == null || move.SpaceId == null || row.SpaceId == move.SpaceId),
        ct);

    private static async Task<bool> IsAnyLeftAsync(RegistryDb db, StoreMove move, CancellationToken ct) => await Left(db, move).AnyAsync(ct);

    private static async Task<bool> ChangedAsync(Task<int> update) => await update > 0;

    /// <summary>Asset versions of the move's place; deleted ones too, for they can be restored.</summary>
    private static IQueryable<AssetVersion> Scope(RegistryDb db, StoreMove move)
    {
        var versions = db.AssetVersions.AsNoTracking();
        return move switch
        {
            { SpaceId: { } space } => versions.Where(row => row.SpaceId == space),
            { TenantId: { } tenant } => versions.Where(row => db.Spaces.Any(space => space.Id == row.SpaceId && space.TenantId == tenant)),
            _ => versions,
        };
    }

    private static IQueryable<AssetVersion> Left(RegistryDb db, StoreMove move) => Scope(db, move).Where(row => row.StorageProvider != move.Store
        || db.Variants.Any(variant => variant.AssetId == row.AssetId && variant.Version == row.Version && variant.StorageProvider != move.Store));
}
