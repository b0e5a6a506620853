using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Ingestion;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Assets;

/// <summary>The folders of a space: they exist as long as an asset lies in them or below.</summary>
internal static class AssetFolderEndpoint
{
    public static void MapAssetFolders(this RouteGroupBuilder assets) =>
        assets.MapGet("/folders", List).RequireScopeSomewhere(Scopes.ImageRead)
            .Describe("listFolders", "List the folders of a space",
                "One step below folder (default /), by name, with the number of assets directly in each and of those in it or below.")
            .Answers<Page<FolderResponse>>().Fails(400, 403, 404);

    private static async Task<IResult> List(
        [AsParameters] FolderQuery query, Visit visit, RegistryFactory registry, CallerPlaces places, CancellationToken ct)
    {
        if (!Cursor.ReadName(query.Cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(query.Limit).TryGet(out var size, out error)
            || !AssetNames.Folder(query.Folder).TryGet(out var parent, out error)
            || !(await places.FindSpaceAsync(visit.Caller, query.Tenant, query.Space, Scopes.ImageRead, ct)).TryGet(out var space, out error))
            return error.ToProblem();
        var prefix = parent == "/" ? parent : parent + "/";
        await using var db = registry.ForOrganization(space.OrganizationId);
        var rows = await FindAsync(db, space.SpaceId, prefix, query.Deleted ?? false, after, size + 1, ct);
        return Results.Ok(Cursor.Page(rows, size, row => new FolderResponse(prefix + row.Name, row.Name, row.Assets, row.Total), row => Cursor.Of(row.Name)));
    }

    /// <summary>Names by code point, as the cursor needs them whatever the database's language.</summary>
    private static Task<List<FolderRow>> FindAsync(RegistryDb db, Guid spaceId, string prefix, bool deleted, string? after, int take, CancellationToken ct)
    {
        var below =
            prefix.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)
                + "_%";
        return db.Database.SqlQuery<FolderRow>(
            $"""
            SELECT f.name, count(*) FILTER (WHERE f.rest = f.name) AS assets, count(*) AS total
            FROM (
                SELECT split_part(substr(folder, length({prefix}) + 1), '/', 1) COLLATE "C" AS name, substr(folder, length({prefix}) + 1) AS rest
                FROM assets
                WHERE space_id = {spaceId} AND folder LIKE {below} AND (deleted_at IS NOT NULL) = {deleted}
            ) f
            WHERE {after}::text IS NULL OR f.name > {after}
            GROUP BY f.name
            ORDER BY f.name
            LIMIT {take}
            """).ToListAsync(ct);
    }

    private sealed record FolderRow(string Name, long Assets, long Total);
}

/// <summary>Query of <c>GET /v1/assets/folders</c>.</summary>
internal sealed record FolderQuery
{
    /// <summary>Slug.</summary>
    public string? Tenant { get; init; }

    /// <summary>Slug.</summary>
    public string? Space { get; init; }

    /// <summary>Whose folders: those one step below it. Default <c>/</c>.</summary>
    public string? Folder { get; init; }

    /// <summary>True counts deleted assets, which can be restored; else live ones.</summary>
    public bool? Deleted { get; init; }

    /// <summary>From the page before.</summary>
    public string? Cursor { get; init; }

    /// <summary>1 to 500; 50 where absent.</summary>
    public int? Limit { get; init; }
}
