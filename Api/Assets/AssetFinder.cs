using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Assets;

/// <summary>
/// Finds an asset by the id in a route: inside the caller's organization, in a space the caller has business in. Whatever else it is, it is not there,
/// with the same words in the same time.
/// </summary>
internal sealed class AssetFinder(CallerPlaces places)
{
    /// <summary>A tracked asset of the unit of work.</summary>
    /// <param name="db">Of the caller's organization.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="id">From the route.</param>
    /// <param name="scope">Needed at the asset's space.</param>
    /// <param name="deleted">Whether deleted ones are looked for: true only those, false none, null both.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<FoundAsset>> FindAsync(RegistryDb db, Caller caller, string id, string scope, bool? deleted, CancellationToken ct)
    {
        if (!AssetId.TryParse(id, out var assetId))
            return Problems.NotFound;
        var organizationId = CallerPlaces.OrganizationOf(caller);
        var asset = await db.Assets.SingleOrDefaultAsync(
            row => row.Id == assetId.Value && row.OrganizationId == organizationId && (deleted == null || row.DeletedAt != null == deleted), ct);
        var space = await places.FindSpaceAsync(caller, asset?.SpaceId ?? Guid.Empty, scope, ct);
        if (asset is null)
            return Problems.NotFound;
        return space.Map(found => new FoundAsset(asset, found));
    }

    /// <summary>The version an asset shows now, and when it was last used.</summary>
    public static Task<CurrentVersion> CurrentAsync(RegistryDb db, Asset asset, CancellationToken ct) =>
        db.AssetVersions.AsNoTracking().Where(version => version.AssetId == asset.Id && version.Version == asset.CurrentVersion)
            .Join(db.AssetUses.AsNoTracking(), version => version.AssetId, use => use.AssetId, (version, use) => new CurrentVersion(version, use))
            .SingleAsync(ct);
}

/// <summary>An asset and where it lies.</summary>
internal sealed record FoundAsset(Asset Asset, SpaceScope Space);

/// <summary>The version an asset shows, and when the asset was last used.</summary>
internal sealed record CurrentVersion(AssetVersion Version, AssetUse Use);
