using System.Text.RegularExpressions;
using ImageService.Api.Authentication;
using ImageService.Core.Access;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Assets;

/// <summary>Finds assets in the places where the caller may read.</summary>
internal static partial class AssetSearch
{
    /// <summary>Assets that are named one by one.</summary>
    private const int FewOfSizes = 2000;

    /// <summary>Assets in question with their current versions.</summary>
    /// <param name="db">Of the caller's organization.</param>
    /// <param name="query">What is looked for.</param>
    /// <param name="folder">The query's folder, read.</param>
    /// <param name="caller">Who looks.</param>
    /// <param name="place">The query's tenant and space, found.</param>
    /// <param name="now">The time.</param>
    /// <param name="sized">Of <see cref="OfSizesAsync"/>.</param>
    /// <param name="withUses">Whether uses are read too where the query could do without.</param>
    public static IQueryable<AssetRow> Rows(
        RegistryDb db, AssetQuery query, string folder, Caller caller, PlaceIds place, DateTimeOffset now, Guid[]? sized, bool withUses)
    {
        var rows = Filter(WithTag(db, query.Tag, caller, place), query, folder, caller)
            .Where(asset => (place.TenantId == null || asset.TenantId == place.TenantId) && (place.SpaceId == null || asset.SpaceId == place.SpaceId))
            .Join(
                db.AssetVersions.AsNoTracking(),
                asset => new { asset.Id, Version = asset.CurrentVersion },
                version => new { Id = version.AssetId, version.Version },
                (asset, version) => new AssetRow { Asset = asset, Version = version });
        if (query.Format is { Length: > 0 } format)
            rows = rows.Where(row => row.Version.Format == format);
        if (query.MinBytes is { } smallest)
            rows = rows.Where(row => row.Version.SizeBytes >= smallest);
        if (query.MaxBytes is { } largest)
            rows = rows.Where(row => row.Version.SizeBytes <= largest);

        if (sized is not null)
            rows = rows.Where(row => sized.Contains(row.Asset.Id));
        var walksUses = query.UnusedDays is not null || query.Sort is "used" or "unused";
        if (!walksUses)
            return withUses ? rows.LeftJoin(
                db.AssetUses.AsNoTracking(),
                row => row.Asset.Id,
                use => use.AssetId,
                (row, use) => new AssetRow { Asset = row.Asset, Version = row.Version, Use = use }) : rows;

        // By the space too: so a space's uses are found in their order.
        rows = rows.Join(
            db.AssetUses.AsNoTracking(),
            row => new { row.Asset.Id, row.Asset.SpaceId },
            use => new { Id = use.AssetId, use.SpaceId },
            (row, use) => new AssetRow { Asset = row.Asset, Version = row.Version, Use = use });
        if (query.UnusedDays is not { } days)
            return rows;

        // Not before the whole hour it was last used in is that far away.
        var since = AssetUse.HourOf(now.AddDays(-days));
        return rows.Where(row => row.Use!.LastUsedAt < since);
    }

    /// <summary>
    /// Assets of a space with an original between the query's sizes, where they are few. A question of its own: joined, sizes are a guess of the planner's,
    /// and a wrong one, soon after many uploads, has it compare every asset with every size.
    /// </summary>
    /// <returns>Null where the query names no space or no size, or where they are many: then looking through the list in its order finds some soon.</returns>
    public static async Task<Guid[]?> OfSizesAsync(RegistryDb db, AssetQuery query, PlaceIds place, CancellationToken ct)
    {
        if (place.SpaceId is not { } space || (query.MinBytes is null && query.MaxBytes is null))
            return null;
        var (smallest, largest) = (query.MinBytes ?? 0, query.MaxBytes ?? long.MaxValue);
        var ids = await db.AssetVersions.AsNoTracking()
            .Where(version => version.SpaceId == space && version.SizeBytes >= smallest && version.SizeBytes <= largest)
            .OrderBy(version => version.SizeBytes).ThenBy(version => version.AssetId).Select(version => version.AssetId).Take(FewOfSizes + 1).ToArrayAsync(ct);
        return ids.Length <= FewOfSizes ? ids : null;
    }

    /// <summary>By the tags' own rows, which lie in the order of lists: few assets of very many are found without a walk through the others.</summary>
    private static IQueryable<Asset> WithTag(RegistryDb db, string? tag, Caller caller, PlaceIds place)
    {
        var assets = db.Assets.AsNoTracking();
        if (string.IsNullOrEmpty(tag))
            return assets;
        var organizationId = CallerPlaces.OrganizationOf(caller);
        var tagged = db.AssetTags.Where(row => row.Tag == tag && row.OrganizationId == organizationId);
        if (place.SpaceId is { } space)
            tagged = tagged.Where(row => row.SpaceId == space);
        return assets.Join(tagged, static asset => asset.Id, static row => row.AssetId, static (asset, _) => asset);
    }

    /// <summary>Filters that need no look-up of a place, but for the tag.</summary>
    /// <param name="assets">All assets.</param>
    /// <param name="query">What is looked for.</param>
    /// <param name="folder">The query's folder, read.</param>
    /// <param name="caller">Who looks.</param>
    private static IQueryable<Asset> Filter(IQueryable<Asset> assets, AssetQuery query, string folder, Caller caller)
    {
        var matching = Readable(assets, caller).Where(asset => asset.DeletedAt != null == (query.Deleted ?? false));
        if (query.Folder is { Length: > 0 })
            matching = query.Recursive ?? false ? Below(matching, folder) : matching.Where(asset => asset.Folder == folder);
        if (query.Untagged is true)
            matching = matching.Where(asset => asset.Tags.Length == 0);
        if (query.Access is "public" or "private")
        {
            var access = query.Access is "public" ? AssetAccess.Public : AssetAccess.Private;
            matching = matching.Where(asset => asset.Access == access);
        }

        if (query.From is { } from)
            matching = matching.Where(asset => asset.UploadedAt >= from.ToUniversalTime());
        if (query.To is { } to)
            matching = matching.Where(asset => asset.UploadedAt < to.ToUniversalTime());
        return query.Q is { Length: > 0 } words ? Matching(matching, words) : matching;
    }

    /// <summary>Words as a prefix query of the configuration "simple", which knows no grammar: nothing a caller writes can break it.</summary>
    internal static string PrefixQuery(string words) =>
        string.Join(" & ", Word().Matches(words.Length > 200 ? words[..200] : words).Select(word => word.Value.ToLowerInvariant() + ":*"));

    private static IQueryable<Asset> Matching(IQueryable<Asset> assets, string words)
    {
        var prefixes = PrefixQuery(words);
        return prefixes.Length == 0
            ? assets.Where(_ => false)
            : assets.Where(asset => asset.Search.Matches(EF.Functions.ToTsQuery("simple", prefixes)));
    }

    private static IQueryable<Asset> Below(IQueryable<Asset> assets, string folder)
    {
        var below = folder == "/" ? "/" : folder + "/";
        return assets.Where(asset => asset.Folder == folder || asset.Folder.StartsWith(below));
    }

    /// <summary>Only places where some grant of the caller lets it read.</summary>
    private static IQueryable<Asset> Readable(IQueryable<Asset> assets, Caller caller)
    {
        var organizationId = CallerPlaces.OrganizationOf(caller);
        var grants = caller.Grants.Where(grant => grant.Scopes.Contains(Scopes.ImageRead)).ToList();
        var own = assets.Where(asset => asset.OrganizationId == organizationId);
        if (grants.Exists(grant => grant is { TenantId: null, SpaceId: null }))
            return own;
        var tenants = grants.Where(grant => grant is { TenantId: not null, SpaceId: null }).Select(grant => grant.TenantId!.Value).ToArray();
        var spaces = grants.Where(grant => grant.SpaceId is not null).Select(grant => grant.SpaceId!.Value).ToArray();
        return own.Where(asset => tenants.Contains(asset.TenantId) || spaces.Contains(asset.SpaceId));
    }

    [GeneratedRegex(@"[\p{L}\p{N}]+", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}

/// <summary>Query of <c>GET /v1/assets</c>.</summary>
internal sealed record AssetQuery
{
    /// <summary>Largest <see cref="UnusedDays"/>.</summary>
    internal const int MostUnusedDays = 3650;

    /// <summary>Slug.</summary>
    public string? Tenant { get; init; }

    /// <summary>Slug.</summary>
    public string? Space { get; init; }

    /// <summary>Assets directly in it; with <see cref="Recursive"/> also below.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether folders below count too.</summary>
    public bool? Recursive { get; init; }

    /// <summary>Assets that have it.</summary>
    public string? Tag { get; init; }

    /// <summary>Words of filename, folder or tags; each may be the beginning of a word.</summary>
    public string? Q { get; init; }

    /// <summary>Assets whose current version has this format: <c>jpg</c>, <c>png</c>, …</summary>
    public string? Format { get; init; }

    /// <summary><c>public</c> or <c>private</c>.</summary>
    public string? Access { get; init; }

    /// <summary>True: only assets without tags.</summary>
    public bool? Untagged { get; init; }

    /// <summary>Uploaded then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Uploaded before then.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Assets whose current original has so many bytes or more.</summary>
    public long? MinBytes { get; init; }

    /// <summary>Assets whose current original has so many bytes or fewer.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Not delivered for so many days, or never: 1 to 3650.</summary>
    public int? UnusedDays { get; init; }

    /// <summary>
    /// <c>newest</c> (default), <c>oldest</c>, <c>name</c>, <c>size</c> (largest first), <c>used</c> (last delivered first), or <c>unused</c> (those never
    /// delivered first, then the longest ago).
    /// </summary>
    public string? Sort { get; init; }

    /// <summary>True lists deleted assets, which can be restored; else live ones.</summary>
    public bool? Deleted { get; init; }

    /// <summary>From the page before, with the same sort.</summary>
    public string? Cursor { get; init; }

    /// <summary>1 to 500; 50 where absent.</summary>
    public int? Limit { get; init; }
}
