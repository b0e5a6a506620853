using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Assets;

/// <summary>A folder with everything below it gets another name or another place, in one transaction.</summary>
internal static class FolderMove
{
    /// <summary>More in one transaction would hold its locks for long.</summary>
    private const int MostAssets = 20_000;

    public static void MapFolderMove(this RouteGroupBuilder assets) =>
        assets.MapPost("/folders/move", Move).RequireScopeSomewhere(Scopes.ImageWrite)
            .Describe("moveFolder", "Rename or move a folder",
                $"Every live asset in it and below moves along, at most {MostAssets}; addresses of images do not change. What is in the target already stays.")
            .Answers<MoveFolderResponse>().Fails(400, 403, 404, 409);

    private static async Task<IResult> Move(
        MoveFolderRequest request, Visit visit, RegistryFactory registry, CallerPlaces places, AuditLog log, TimeProvider clock, CancellationToken ct)
    {
        if (!AssetNames.Folder(request.From).TryGet(out var from, out var error) || !AssetNames.Folder(request.To).TryGet(out var to, out error))
            return error.ToProblem();
        if (from == "/")
            return Problems.Invalid("from must be a folder below /: the root stays.").ToProblem();
        if (to == from || to.StartsWith(from + "/", StringComparison.Ordinal))
            return Problems.Invalid("to must lie outside of from.").ToProblem();
        if (!(await places.FindSpaceAsync(visit.Caller, request.Tenant, request.Space, Scopes.ImageWrite, ct)).TryGet(out var space, out error))
            return error.ToProblem();
        await using var db = registry.ForOrganization(space.OrganizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var below = from + "/";
        var inside =
            db.Assets.Where(asset => asset.SpaceId == space.SpaceId && asset.DeletedAt == null && (asset.Folder == from || asset.Folder.StartsWith(below)));
        var found = await inside.GroupBy(_ => 1)
            .Select(all => new { Count = all.Count(), Longest = all.Max(asset => asset.Folder.Length) }).SingleOrDefaultAsync(ct);
        if (found is null)
            return Problems.NotFound.ToProblem();
        if (found.Count > MostAssets)
            return new Error(ErrorCode.Conflict,
                $"The folder holds {found.Count} assets; at most {MostAssets} move at once. Move the folders below it one by one.").ToProblem();
        if ((to == "/" ? 0 : to.Length) - from.Length + found.Longest > AssetNames.MaxFolderLength)
            return Problems.Invalid($"A folder below would have more than {AssetNames.MaxFolderLength} characters there.").ToProblem();
        var (now, prefix) = (clock.GetUtcNow(), to == "/" ? "" : to);
        var moved = await db.Database.SqlQuery<Guid>(
            $"""
            UPDATE assets SET folder = coalesce(nullif({prefix} || substr(folder, length({from}) + 1), ''), '/'), updated_at = {now}
            WHERE space_id = {space.SpaceId} AND deleted_at IS NULL AND (folder = {from} OR starts_with(folder, {below}))
            RETURNING id AS "Value"
            """).ToListAsync(ct);

        // Presets may ask for what lies in a folder: each asset is looked at again.
        foreach (var id in moved)
            db.Publish(new AssetChanged(space.OrganizationId, id), now);
        log.Add(db, space.OrganizationId, "folder.moved", "folder", from.Length <= 255 ? from : from[..255],
            before: new { tenant = space.TenantSlug, space = space.SpaceSlug, folder = from }, after: new { folder = to, assets = moved.Count });
        if (await db.TrySaveAsync(ct) is { } failure)
            return failure.ToProblem();
        await transaction.CommitAsync(ct);
        return Results.Ok(new MoveFolderResponse(from, to, moved.Count));
    }
}

/// <summary>A folder to move.</summary>
/// <param name="Tenant">Slug.</param>
/// <param name="Space">Slug.</param>
/// <param name="From">The folder, as <c>/products/shoes</c>.</param>
/// <param name="To">What it is called afterwards, as <c>/archive/shoes</c>; <c>/</c> for the root.</param>
internal sealed record MoveFolderRequest(string? Tenant, string? Space, string? From, string? To);

/// <summary>A folder that moved.</summary>
/// <param name="From">What it was called.</param>
/// <param name="To">What it is called.</param>
/// <param name="Assets">How many assets moved along.</param>
internal sealed record MoveFolderResponse(string From, string To, int Assets);
