using ImageService.Api.Assets;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Variants;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Uploads;

/// <summary>
/// An earlier version's bytes become the newest version, by the way every new version takes: judged, counted, announced. The versions between stay.
/// </summary>
internal static class VersionRestore
{
    public static void MapVersionRestore(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/assets/{id}/versions/{version:int:min(1)}/restore", Restore).RequireScopeSomewhere(Scopes.ImageWrite).WithTags("Assets")
            .Describe("restoreAssetVersion", "Restore an earlier version of an asset",
                "Its bytes become a new version, the current one. If-Match takes the asset's ETag.")
            .Answers<AssetResponse>().Fails(403, 404, 412, 422, 503);

    private static async Task<IResult> Restore(
        string id, int version, Visit visit, RegistryFactory registry, AssetFinder finder, ObjectStores stores, StagingArea staging, AssetIngestor ingestor,
        UploadAnswer answer,
        HttpContext http, CancellationToken ct)
    {
        FoundAsset? found;
        AssetVersion? row;
        await using (var db = registry.ForOrganization(CallerPlaces.OrganizationOf(visit.Caller)))
        {
            if (!(await finder.FindAsync(db, visit.Caller, id, Scopes.ImageWrite, deleted: false, ct)).TryGet(out found, out var absent))
                return absent.ToProblem();
            row = await db.AssetVersions.AsNoTracking()
                .SingleOrDefaultAsync(one => one.AssetId == found.Asset.Id && one.Version == version && one.DeletedAt == null, ct);
        }

        if (row is null)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, found.Asset.RowVersion) is { } stale)
            return stale.ToProblem();
        await using var stored = await stores.Of(row.StorageProvider).Objects.OpenAsync(row.StorageKey, null, ct);
        if (stored is null)
            return VariantErrors.OriginalGone.ToProblem();
        if (!(await staging.StageAsync(found.Space.OrganizationId, stored.Content, StagingTarget.For(found.Space.Policy), ct)).TryGet(out var staged,
            out var error))
            return error.ToProblem();
        await using var file = staged;
        if (staged.ContentHash != row.ContentHash)
            return VariantErrors.OriginalGone.ToProblem();
        return await answer.OfVersionAsync(http, found.Space,
            await ingestor.ReplaceAsync(found.Space, found.Asset.Id, asset => IfMatch.Check(http, asset.RowVersion), staged, ct), ct);
    }
}
