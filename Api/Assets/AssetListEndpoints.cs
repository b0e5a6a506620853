using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Ingestion;
using ImageService.Core.Presets;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Assets;

/// <summary>Lists of assets, and how many there are of each kind. However long a list is, it asks the database a fixed number of times.</summary>
internal static class AssetListEndpoints
{
    /// <summary>Tags told by the facets, most frequent first.</summary>
    private const int MostTags = 100;

    public static void MapAssetLists(this RouteGroupBuilder assets)
    {
        assets.MapGet("", List).RequireScopeSomewhere(Scopes.ImageRead)
            .Describe("listAssets", "List assets", "Newest first, or as sort says. q looks for words, or their beginnings, in filename, folder and tags.")
            .Answers<Page<AssetResponse>>().Fails(400, 403, 404);
        assets.MapGet("/facets", Facets).RequireScopeSomewhere(Scopes.ImageRead)
            .Describe("countAssets", "Count assets",
                $"Takes the filters of the list: how many assets there are, of which formats and access, and with which tags (the {MostTags} most frequent).")
            .Answers<AssetFacetsResponse>().Fails(400, 403, 404);
    }

    private static async Task<IResult> List(
        [AsParameters] AssetQuery query, Visit visit, RegistryFactory registry, CallerPlaces places, PresetCatalog presets, AssetView view,
        TimeProvider time, HttpContext http, CancellationToken ct)
    {
        if (!AssetOrder.Read(query.Sort, query.Cursor).TryGet(out var order, out var error) || !Cursor.ReadLimit(query.Limit).TryGet(out var size, out error))
            return error.ToProblem();
        await using var db = registry.ForOrganization(CallerPlaces.OrganizationOf(visit.Caller));
        if (!(await MatchAsync(db, query, visit.Caller, time.GetUtcNow(), withUses: true, ct)).TryGet(out var match, out error))
            return error.ToProblem();
        var rows = await order.Apply(match.Rows).Take(size + 1).ToListAsync(ct);
        var found = await places.FindSpacesAsync(visit.Caller, [.. rows.Select(row => row.Asset.SpaceId)], Scopes.ImageRead, ct);
        var inForce = await presets.ListEffectiveAsync([.. found.Values], ct);
        var shown = new List<AssetResponse>(size);
        foreach (var row in rows.Take(size))
        {
            // Assets of a place deleted meanwhile are passed over; the cursor still moves on.
            if (found.TryGetValue(row.Asset.SpaceId, out var space))
                shown.Add(view.Show(http, space, row.Asset, row.Version, row.Use, deduplicated: false, inForce[space.SpaceId]));
        }

        return Results.Ok(new Page<AssetResponse>(shown, rows.Count > size ? order.CursorOf(rows[size - 1]) : null));
    }

    private static async Task<IResult> Facets(
        [AsParameters] AssetQuery query, Visit visit, RegistryFactory registry, TimeProvider time, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(CallerPlaces.OrganizationOf(visit.Caller));
        if (!(await MatchAsync(db, query, visit.Caller, time.GetUtcNow(), withUses: false, ct)).TryGet(out var match, out var error))
            return error.ToProblem();
        var kinds = await match.Rows.GroupBy(row => new { row.Version.Format, row.Asset.Access })
            .Select(group => new { group.Key.Format, group.Key.Access, Assets = group.LongCount(), Bytes = group.Sum(row => row.Version.SizeBytes) })
            .ToListAsync(ct);
        var tags = await match.Rows.SelectMany(row => row.Asset.Tags).GroupBy(tag => tag)
            .Select(group => new { Tag = group.Key, Assets = group.LongCount() })
            .OrderByDescending(tag => tag.Assets).ThenBy(tag => tag.Tag).Take(MostTags).ToListAsync(ct);
        return Results.Ok(new AssetFacetsResponse
        {
            Assets = kinds.Sum(kind => kind.Assets),
            Bytes = kinds.Sum(kind => kind.Bytes),
            Formats = [.. kinds.GroupBy(kind => kind.Format)
                .Select(group => new FacetCount(group.Key, group.Sum(kind => kind.Assets))).OrderByDescending(facet => facet.Assets)],
            Access = [.. kinds.GroupBy(kind => kind.Access)
                .Select(group => new FacetCount(group.Key.Name(), group.Sum(kind => kind.Assets))).OrderByDescending(facet => facet.Assets)],
            Tags = [.. tags.Select(tag => new FacetCount(tag.Tag, tag.Assets))],
        });
    }

    /// <summary>Assets in question with their current versions, and with their uses where those are asked for.</summary>
    private static async Task<Result<AssetMatch>> MatchAsync(
        RegistryDb db, AssetQuery query, Caller caller, DateTimeOffset now, bool withUses, CancellationToken ct)
    {
        if (query.UnusedDays is < 1 or > AssetQuery.MostUnusedDays)
            return Problems.Invalid($"unusedDays must be 1 to {AssetQuery.MostUnusedDays}.");
        if (query.MinBytes is < 0 || query.MaxBytes is < 0)
            return Problems.Invalid("minBytes and maxBytes must be 0 or more.");
        if (query.Access is not (null or "" or "public" or "private"))
            return Problems.Invalid("access must be public or private.");
        if (!AssetNames.Folder(query.Folder).TryGet(out var folder, out var error)
            || !(await CallerPlaces.FindIdsAsync(db, caller, Named(query.Tenant), Named(query.Space), ct)).TryGet(out var place, out error))
            return error;
        return new AssetMatch(AssetSearch.Rows(db, query, folder, caller, place, now, await AssetSearch.OfSizesAsync(db, query, place, ct), withUses));
    }

    private static string? Named(string? slug) => string.IsNullOrEmpty(slug) ? null : slug;
}

/// <summary>Assets that match, not yet read.</summary>
internal sealed record AssetMatch(IQueryable<AssetRow> Rows);

/// <summary>How many assets there are.</summary>
internal sealed record AssetFacetsResponse
{
    /// <summary>In all.</summary>
    public required long Assets { get; init; }

    /// <summary>Of their current originals.</summary>
    public required long Bytes { get; init; }

    /// <summary>By format, most first.</summary>
    public required IReadOnlyList<FacetCount> Formats { get; init; }

    /// <summary>By access, most first.</summary>
    public required IReadOnlyList<FacetCount> Access { get; init; }

    /// <summary>By tag, most first.</summary>
    public required IReadOnlyList<FacetCount> Tags { get; init; }
}

/// <summary>One value and how many assets have it.</summary>
internal sealed record FacetCount(string Value, long Assets);
