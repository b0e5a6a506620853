using System.Text.Json;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;

namespace ImageService.Api.Assets;

/// <summary>Assets: found, shown, changed, deleted, restored. How they come in is in <c>Api/Uploads</c>.</summary>
internal static class AssetEndpoints
{
    public static void AddAssets(this IServiceCollection services)
    {
        services.AddSingleton<AssetFinder>();
        services.AddSingleton<AssetChanges>();
        services.AddSingleton<AssetView>();
    }

    public static void MapAssets(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/assets").WithTags("Assets");
        group.MapAssetLists();
        group.MapGet("/{id}", Get).RequireScopeSomewhere(Scopes.ImageRead)
            .Describe("getAsset", "Show an asset", "deleted=true also finds one that is deleted and can be restored.").Answers<AssetResponse>().Fails(403, 404);
        group.MapPatch("/{id}", Update).RequireScopeSomewhere(Scopes.ImageWrite).Accepts<AssetPatchRequest>("application/json")
            .Describe("updateAsset", "Change an asset", "Members that are absent stay. A retention lock can be shortened or lifted only with policy:write.")
            .Answers<AssetResponse>().Fails(400, 403, 404, 412);
        group.MapDelete("/{id}", Delete).RequireScopeSomewhere(Scopes.ImageDelete)
            .Describe("deleteAsset", "Delete an asset", "Its images stop at once. It can be restored for some time.").AnswersNothing().Fails(403, 404, 412);
        group.MapPost("/{id}/restore", Restore).RequireScopeSomewhere(Scopes.ImageWrite)
            .Describe("restoreAsset", "Restore a deleted asset").Answers<AssetResponse>().Fails(403, 404, 412);
        group.MapPost("/bulk", Bulk).RequireCaller()
            .Describe("bulkAssets", "Do one thing to many assets",
                "At most 500. Each asset is judged and changed by itself; the answer says what became of each.")
            .Answers<BulkResponse>().Fails(400, 403);
        group.MapAssetFolders();
        group.MapFolderMove();
        group.MapAssetVersions();
    }

    private static async Task<IResult> Get(
        string id, bool? deleted, Visit visit, RegistryFactory registry, AssetFinder finder, AssetView view, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(CallerPlaces.OrganizationOf(visit.Caller));
        if (!(await finder.FindAsync(db, visit.Caller, id, Scopes.ImageRead, deleted is true ? null : false, ct)).TryGet(out var found, out var error))
            return error.ToProblem();
        return await AnswerAsync(http, view, new ChangedAsset(found, await AssetFinder.CurrentAsync(db, found.Asset, ct)), ct);
    }

    private static async Task<IResult> Update(
        string id, Visit visit, AssetChanges changes, AssetView view, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (!AssetPatch.Read(await http.ReadJsonAsync<JsonElement>(ct)).TryGet(out var patch, out var error))
            return error.ToProblem();
        var result = await changes.ChangeAsync(visit.Caller, id, asset => IfMatch.Check(http, asset.RowVersion), Change, ct);
        return result.TryGet(out var changed, out error) ? await AnswerAsync(http, view, changed, ct) : error.ToProblem();

        Error? Change(Asset asset)
        {
            if (patch.Loosens(asset, clock.GetUtcNow()) && !visit.Caller.May(Scopes.PolicyWrite, asset.TenantId, asset.SpaceId))
                return IngestionErrors.Retained(asset.RetainUntil!.Value);
            patch.Apply(asset);
            return null;
        }
    }

    private static async Task<IResult> Delete(string id, Visit visit, AssetChanges changes, HttpContext http, CancellationToken ct) =>
        (await changes.DeleteAsync(visit.Caller, id, asset => IfMatch.Check(http, asset.RowVersion), ct)).TryGet(out _, out var error)
            ? Results.NoContent() : error.ToProblem();

    private static async Task<IResult> Restore(string id, Visit visit, AssetChanges changes, AssetView view, HttpContext http, CancellationToken ct) =>
        (await changes.RestoreAsync(visit.Caller, id, asset => IfMatch.Check(http, asset.RowVersion), ct)).TryGet(out var restored, out var error)
            ? await AnswerAsync(http, view, restored, ct)
            : error.ToProblem();

    private static async Task<IResult> Bulk(BulkRequest request, Visit visit, AssetChanges changes, CancellationToken ct)
    {
        if (!BulkAction.Read(request).TryGet(out var action, out var error))
            return error.ToProblem();
        var items = new List<BulkItem>(request.Ids!.Count);
        foreach (var id in request.Ids)
        {
            var result = await action.RunAsync(changes, visit.Caller, id, ct);
            items.Add(new BulkItem(AssetNames.Shown(id), result.IsSuccess, result.Error is { } failure ? Problems.Name(failure.Code) : null,
                result.Error?.Detail));
        }

        return Results.Ok(new BulkResponse(items, items.Count(item => item.Ok), items.Count(item => !item.Ok)));
    }

    private static async Task<IResult> AnswerAsync(HttpContext http, AssetView view, ChangedAsset asset, CancellationToken ct)
    {
        http.SetETag(asset.Found.Asset.RowVersion);
        var (found, current) = asset;
        return Results.Ok(await view.ShowAsync(http, found.Space, found.Asset, current.Version, current.Use, deduplicated: false, ct));
    }
}
