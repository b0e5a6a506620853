using ImageService.Core.Ingestion;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Jobs;

/// <summary>Where an asset lives, with the policy in force there.</summary>
internal sealed class AssetPlaces(RegistryFactory registry, SpaceLookup spaces)
{
    /// <summary>Null where the asset, or a level above it, is deleted or gone.</summary>
    public async Task<AssetPlace?> FindAsync(Guid organizationId, Guid assetId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var found = await (
            from asset in db.Assets.AsNoTracking()
            join version in db.AssetVersions on new { Id = asset.Id, Version = asset.CurrentVersion } equals new { Id = version.AssetId, version.Version }
            where asset.Id == assetId && asset.DeletedAt == null
            select new { asset, version.Format, version.HasAlpha }).SingleOrDefaultAsync(ct);
        if (found is null || await spaces.FindAsync(organizationId, found.asset.SpaceId, ct) is not { } space) return null;
        return new AssetPlace(space, found.asset, found.Format, found.HasAlpha);
    }
}

/// <summary>An asset with its place.</summary>
/// <param name="Space">The space and its policy.</param>
/// <param name="Asset">The row.</param>
/// <param name="OriginalFormat">Format of the current version's original.</param>
/// <param name="HasAlpha">Whether that has transparency.</param>
internal sealed record AssetPlace(SpaceScope Space, Asset Asset, string OriginalFormat, bool HasAlpha);
