using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Engine;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Variants;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace ImageService.Api.Assets;

/// <summary>What belongs to an asset's versions: the list, the stored variants, the original's bytes.</summary>
internal static class AssetVersionEndpoints
{
    public static void MapAssetVersions(this RouteGroupBuilder assets)
    {
        assets.MapGet("/{id}/versions", Versions).RequireScopeSomewhere(Scopes.ImageRead)
            .Describe("listAssetVersions", "List an asset's versions", "Newest first.").Answers<ItemsResponse<VersionResponse>>().Fails(403, 404);
        assets.MapDelete("/{id}/versions/{version:int:min(1)}", DeleteVersion).RequireScopeSomewhere(Scopes.ImageDelete)
            .Describe("deleteAssetVersion", "Delete an old version of an asset",
                "For good, at once: its images are 404, its bytes are removed and no longer count. The current version cannot be deleted (409). If-Match takes the asset's ETag.")
            .AnswersNothing().Fails(403, 404, 409, 412);
        assets.MapGet("/{id}/variants", Variants).RequireScopeSomewhere(Scopes.ImageRead)
            .Describe("listAssetVariants", "List an asset's stored variants").Answers<Page<VariantResponse>>().Fails(400, 403, 404);
        assets.MapGet("/{id}/content", Content).RequireScopeSomewhere(Scopes.ImageRead)
            .Describe("getAssetContent", "Download the original as it was uploaded", "Metadata included. The current version, or the one named.")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").Fails(403, 404, 503);
    }

    private static async Task<IResult> Versions(string id, Visit visit, RegistryFactory registry, AssetFinder finder, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(CallerPlaces.OrganizationOf(visit.Caller));
        if (!(await finder.FindAsync(db, visit.Caller, id, Scopes.ImageRead, deleted: false, ct)).TryGet(out var found, out var error))
            return error.ToProblem();
        var versions = await db.AssetVersions.AsNoTracking().Where(row => row.AssetId == found.Asset.Id && row.DeletedAt == null)
            .OrderByDescending(row => row.Version).ToListAsync(ct);
        return Results.Ok(new ItemsResponse<VersionResponse>([.. versions.Select(version => AssetView.Show(http, found.Space, found.Asset, version))]));
    }

    private static async Task<IResult> DeleteVersion(string id, int version, Visit visit, AssetChanges changes, HttpContext http, CancellationToken ct) =>
        (await changes.DeleteVersionAsync(visit.Caller, id, version, asset => IfMatch.Check(http, asset.RowVersion), ct)).TryGet(out _, out var error)
            ? Results.NoContent()
            : error.ToProblem();

    private static async Task<IResult> Variants(
        string id, string? cursor, int? limit, Visit visit, RegistryFactory registry, AssetFinder finder, HttpContext http, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit ?? Cursor.MaxLimit).TryGet(out var size, out error))
            return error.ToProblem();
        await using var db = registry.ForOrganization(CallerPlaces.OrganizationOf(visit.Caller));
        if (!(await finder.FindAsync(db, visit.Caller, id, Scopes.ImageRead, deleted: false, ct)).TryGet(out var found, out error))
            return error.ToProblem();
        var rows = await db.Variants.AsNoTracking()
            .Where(row => row.AssetId == found.Asset.Id && row.OrganizationId == found.Asset.OrganizationId && (after == null || row.Id > after))
            .OrderBy(row => row.Id).Take(size + 1).ToListAsync(ct);
        return Results.Ok(Cursor.Page(rows, size, row => AssetView.Show(http, found.Space, found.Asset, row), row => Cursor.Of(row.Id)));
    }

    private static async Task<IResult> Content(
        string id, int? version, Visit visit, RegistryFactory registry, AssetFinder finder, ObjectStores stores, IntegrityGuard integrity, HttpContext http,
        CancellationToken ct)
    {
        await using var db = registry.ForOrganization(CallerPlaces.OrganizationOf(visit.Caller));
        if (!(await finder.FindAsync(db, visit.Caller, id, Scopes.ImageRead, deleted: false, ct)).TryGet(out var found, out var error))
            return error.ToProblem();
        var number = version ?? found.Asset.CurrentVersion;
        var row = await db.AssetVersions.AsNoTracking()
            .SingleOrDefaultAsync(one => one.AssetId == found.Asset.Id && one.Version == number && one.DeletedAt == null, ct);
        if (row is null)
            return Problems.NotFound.ToProblem();
        var store = stores.Of(row.StorageProvider).Objects;
        if (await JudgeAsync(row, store, integrity, ct) is { } damage)
        {
            await integrity.TellOriginalAsync(row.OrganizationId, new AssetId(row.AssetId), row.Version, IntegrityGuard.Original, row.StorageKey, damage, ct);
            return VariantErrors.OriginalGone.ToProblem();
        }

        if (await store.OpenAsync(row.StorageKey, null, ct) is not { } stored)
            return VariantErrors.OriginalGone.ToProblem();
        http.Response.RegisterForDisposeAsync(stored);
        return Results.Stream(
            stored.Content, MediaType(row.Format), found.Asset.Filename, row.UploadedAt, new EntityTagHeaderValue($"\"{row.ContentHash}\""),
            enableRangeProcessing: stored.Content.CanSeek);
    }

    /// <summary>Whether the original is the one that was uploaded; null where it is.</summary>
    private static async Task<Damage?> JudgeAsync(AssetVersion row, IObjectStore store, IntegrityGuard integrity, CancellationToken ct)
    {
        await using var stored = await store.OpenAsync(row.StorageKey, null, ct);
        return stored is null ? Damage.Missing : await integrity.JudgeAsync(row.StorageKey, stored, new ExpectedBytes(row.SizeBytes, row.ContentHash), ct);
    }

    /// <summary>An SVG is a program to a browser: it is only ever handed out to be saved.</summary>
    private static string MediaType(string format) =>
        OriginalFormats.TryParse(format, out var original) && original is not OriginalFormat.Svg ? original.MediaType() : "application/octet-stream";
}
