using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Messaging;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Assets;

/// <summary>
/// Changes an asset in one transaction with its quota, its outbox row and its audit line. The row is locked first, so that what was judged is what is changed.
/// </summary>
internal sealed class AssetChanges(RegistryFactory registry, AssetFinder finder, QuotaGuard quotas, TimeProvider clock)
{
    /// <summary>Deletes softly: images stop at once, the quota is given back, the bytes go after the retention time.</summary>
    public Task<Result<ChangedAsset>> DeleteAsync(Caller caller, string id, Func<Asset, Error?> precondition, CancellationToken ct) =>
        InTransactionAsync(caller, id, Scopes.ImageDelete, deleted: false, precondition, DeleteAsync, ct);

    /// <summary>Brings a deleted asset back, if there is room for it.</summary>
    public Task<Result<ChangedAsset>> RestoreAsync(Caller caller, string id, Func<Asset, Error?> precondition, CancellationToken ct) =>
        InTransactionAsync(caller, id, Scopes.ImageWrite, deleted: true, precondition, RestoreAsync, ct);

    /// <summary>
    /// Deletes one version that is not shown any more, for good: its images stop at once, its quota is given back, its bytes go within moments.
    /// </summary>
    public Task<Result<ChangedAsset>> DeleteVersionAsync(Caller caller, string id, int version, Func<Asset, Error?> precondition, CancellationToken ct) =>
        InTransactionAsync(caller, id, Scopes.ImageDelete, deleted: false, precondition, (db, asset, stop) => DeleteVersionAsync(db, asset, version, stop), ct);

    /// <summary>Changes what is said about a live asset.</summary>
    /// <param name="caller">Who.</param>
    /// <param name="id">From the route.</param>
    /// <param name="precondition">Judges the locked row.</param>
    /// <param name="change">Changes it, or says why not.</param>
    /// <param name="ct">Cancels.</param>
    public Task<Result<ChangedAsset>> ChangeAsync(
        Caller caller, string id, Func<Asset, Error?> precondition, Func<Asset, Error?> change, CancellationToken ct) =>
        InTransactionAsync(
            caller,
            id,
            Scopes.ImageWrite,
            deleted: false,
            precondition,
            (db, asset, _) =>
            {
                if (change(asset) is { } refusal)
                    return Task.FromResult<Error?>(refusal);
                db.Publish(new AssetChanged(asset.OrganizationId, asset.Id), clock.GetUtcNow());
                return Task.FromResult<Error?>(null);
            },
            ct);

    private async Task<Error?> DeleteAsync(RegistryDb db, Asset asset, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (asset.RetainUntil is { } until && until > now)
            return IngestionErrors.Retained(until);
        asset.DeletedAt = now;
        await QuotaGuard.GiveBackStorageAsync(db, QuotaPlace.Of(asset), await QuotaGuard.HeldByAsync(db, asset.Id, ct), assets: 1, ct);
        db.Publish(new AssetDeleted(asset.OrganizationId, asset.Id), now);
        return null;
    }

    private async Task<Error?> DeleteVersionAsync(RegistryDb db, Asset asset, int number, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var version = await db.AssetVersions.SingleOrDefaultAsync(row => row.AssetId == asset.Id && row.Version == number && row.DeletedAt == null, ct);
        if (version is null)
            return Problems.NotFound;
        if (asset.RetainUntil is { } until && until > now)
            return IngestionErrors.Retained(until);
        if (number == asset.CurrentVersion)
            return IngestionErrors.IsCurrent(number);
        version.DeletedAt = now;
        await QuotaGuard.GiveBackStorageAsync(db, QuotaPlace.Of(asset), version.SizeBytes, assets: 0, ct);
        db.Publish(new AssetVersionDeleted(asset.OrganizationId, asset.Id, number), now);
        return null;
    }

    private async Task<Error?> RestoreAsync(RegistryDb db, Asset asset, CancellationToken ct)
    {
        if (await quotas.TakeStorageAsync(db, QuotaPlace.Of(asset), await QuotaGuard.HeldByAsync(db, asset.Id, ct), assets: 1, ct) is { } full)
            return full;
        asset.DeletedAt = null;
        db.Publish(new AssetChanged(asset.OrganizationId, asset.Id), clock.GetUtcNow());
        return null;
    }

    private async Task<Result<ChangedAsset>> InTransactionAsync(
        Caller caller, string id, string scope, bool deleted, Func<Asset, Error?> precondition,
        Func<RegistryDb, Asset, CancellationToken, Task<Error?>> change, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(CallerPlaces.OrganizationOf(caller));
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await LockAsync(db, id, ct);
        if (!(await finder.FindAsync(db, caller, id, scope, deleted, ct)).TryGet(out var found, out var absent))
            return absent;
        if ((precondition(found.Asset) ?? await change(db, found.Asset, ct)) is { } refusal)
            return refusal;
        found.Asset.UpdatedAt = clock.GetUtcNow();
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            return IfMatch.Stale;
        }

        var current = await AssetFinder.CurrentAsync(db, found.Asset, ct);
        await transaction.CommitAsync(ct);
        return new ChangedAsset(found, current);
    }

    private static async Task LockAsync(RegistryDb db, string id, CancellationToken ct)
    {
        if (AssetId.TryParse(id, out var assetId))
            await db.Database.ExecuteSqlAsync($"SELECT FROM assets WHERE id = {assetId.Value} FOR UPDATE", ct);
    }
}

/// <summary>An asset after a change, with its current version.</summary>
internal sealed record ChangedAsset(FoundAsset Found, CurrentVersion Current);
