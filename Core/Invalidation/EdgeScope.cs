using ImageService.Core.Caching;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Invalidation;

/// <summary>What a target is called at the edges: tags for those that know them, path prefixes for the others.</summary>
internal sealed record EdgeScope(IReadOnlyList<string> Tags, IReadOnlyList<string> Prefixes, IReadOnlyList<string> Paths)
{
    /// <summary>Beyond this many assets a tag's assets are not named one by one: their space is purged.</summary>
    private const int MaxAssets = 200;

    /// <summary>Paths beyond it are left to tags and prefixes.</summary>
    private const int MaxPaths = 1000;

    /// <summary>Bytes of paths in a message: the smallest queue takes 256 KiB, with everything around them.</summary>
    private const int MaxPathBytes = 160 << 10;

    /// <summary>Finds the names; null when the target's place does not exist (any more).</summary>
    public static async Task<EdgeScope?> FindAsync(RegistryDb db, Guid organizationId, InvalidationTarget target, IReadOnlyList<DroppedVariant> dropped,
        CancellationToken ct)
    {
        var organization = await db.Organizations.IgnoreQueryFilters().Where(row => row.Id == organizationId).Select(row => row.Slug).FirstOrDefaultAsync(ct);
        if (organization is null)
            return null;
        var paths = await PathsAsync(db, organization, dropped.Count > 0 ? dropped : await KnownAsync(db, target, ct), ct);
        EdgeScope? scope = target switch
        {
            InvalidationTarget.OfAsset of => await OfAssetAsync(db, organization, of.AssetId, version: null, ct),
            InvalidationTarget.OfVersion of => await OfAssetAsync(db, organization, of.AssetId, of.Version, ct),
            InvalidationTarget.OfVariant of => await OfAssetAsync(db, organization, of.AssetId, of.Version, ct),
            InvalidationTarget.OfSpace of => await OfSpaceAsync(db, organization, of, ct),
            InvalidationTarget.OfPreset of => new EdgeScope([CacheTags.Preset(organization, of.Slug)], [$"/v1/pub/{organization}/"], []),
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };
        return scope is null ? null : scope with { Paths = paths };
    }

    /// <summary>Variants that stay while what their URLs mean has changed (access, focal point, a preset).</summary>
    private static async Task<IReadOnlyList<DroppedVariant>> KnownAsync(RegistryDb db, InvalidationTarget target, CancellationToken ct)
    {
        var variants = db.Variants.AsNoTracking();
        variants = target switch
        {
            InvalidationTarget.OfAsset of => variants.Where(row => row.AssetId == of.AssetId.Value),
            InvalidationTarget.OfVersion of => variants.Where(row => row.AssetId == of.AssetId.Value && row.Version == of.Version),
            InvalidationTarget.OfVariant of =>
                variants.Where(row => row.AssetId == of.AssetId.Value && row.Version == of.Version && row.Operations == of.Operations),
            InvalidationTarget.OfSpace { Tag: { } tag } of =>
                variants.Where(row => row.SpaceId == of.SpaceId && db.Assets.Any(asset => asset.Id == row.AssetId && asset.Tags.Contains(tag))),
            InvalidationTarget.OfSpace of => variants.Where(row => row.SpaceId == of.SpaceId),
            InvalidationTarget.OfPreset of => variants.Where(row => row.Preset == of.Slug
                && (of.SpaceId == null || row.SpaceId == of.SpaceId)
                && (of.TenantId == null || db.Spaces.IgnoreQueryFilters().Any(space => space.Id == row.SpaceId && space.TenantId == of.TenantId))),
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };
        return await variants
            .OrderByDescending(row => row.CreatedAt)
            .Take(MaxPaths)
            .Select(row => new DroppedVariant
            {
                StorageKey = row.StorageKey,
                AssetId = row.AssetId,
                Version = row.Version,
                Operations = row.Operations,
                Format = row.Format,
                Preset = row.Preset,
            })
            .ToListAsync(ct);
    }

    /// <summary>
    /// Paths under which variants were most likely asked for: as people write them, in canonical form, and by preset. Public ones, also of assets that are
    /// private now.
    /// </summary>
    private static async Task<IReadOnlyList<string>> PathsAsync(RegistryDb db, string organization, IReadOnlyList<DroppedVariant> dropped, CancellationToken ct)
    {
        var variants = dropped.Take(MaxPaths).ToList();
        var assets = variants.ConvertAll(static variant => variant.AssetId);
        var places = await (
            from asset in db.Assets.IgnoreQueryFilters()
            join space in db.Spaces.IgnoreQueryFilters() on asset.SpaceId equals space.Id
            join tenant in db.Tenants.IgnoreQueryFilters() on asset.TenantId equals tenant.Id
            where assets.Contains(asset.Id)
            select new { asset.Id, Tenant = tenant.Slug, Space = space.Slug }).ToDictionaryAsync(static place => place.Id, ct);
        var named =
            from variant in variants
            where places.ContainsKey(variant.AssetId)
            let place = places[variant.AssetId]
            let folder = $"/v1/pub/{organization}/{place.Tenant}/{place.Space}/img/{new AssetId(variant.AssetId)}/v{variant.Version}/"
            from name in Names(variant)
            select (Path: folder + name.File, name.Rank);

        // The likeliest name of every variant before the second one of any: there may be more than can be told.
        var bytes = 0;
        return [.. named.OrderBy(static name => name.Rank).Select(static name => name.Path).Distinct(StringComparer.Ordinal).Take(MaxPaths)
            .TakeWhile(path => (bytes += path.Length + 3) <= MaxPathBytes)];
    }

    /// <summary>
    /// What a variant's file may be called in a URL, likeliest first. <c>fmt_jpg-w_80-q_85</c> is what <c>w_80.jpg</c>, <c>w_80-q_85.jpg</c> and itself
    /// mean, because the format is the
    /// extension's and the quality may have been the default; and it may be what <c>w_80-fmt_auto.png</c> was resolved to for some browser.
    /// </summary>
    private static IEnumerable<(int Rank, string File)> Names(DroppedVariant variant)
    {
        var operations = variant.Operations.Split('-').Where(static operation => !operation.StartsWith("fmt_", StringComparison.Ordinal)).ToList();
        var precise = string.Join('-', operations);
        var plain = string.Join('-', operations.Where(static operation => !operation.StartsWith("q_", StringComparison.Ordinal)));
        if (variant.Preset is { } preset)
        {
            // The extension is the original's, whatever fmt_auto made of it.
            yield return (0, $"preset_{preset}.{variant.Format}");
            foreach (var extension in (string[])["jpg", "png"])
                yield return (1, $"preset_{preset}.{extension}");
            foreach (var extension in (string[])["webp", "gif", "avif"])
                yield return (2, $"preset_{preset}.{extension}");
        }

        if (plain.Length > 0)
        {
            yield return (0, $"{plain}.{variant.Format}");
            foreach (var extension in (string[])["jpg", "png"])
            {
                yield return (1, $"{plain}-fmt_auto.{extension}");
                yield return (1, $"{plain}-f_auto.{extension}");
                yield return (2, $"fmt_auto-{plain}.{extension}");
            }
        }

        if (precise.Length > 0)
            yield return (3, $"{precise}.{variant.Format}");
        yield return (3, $"{variant.Operations}.{variant.Format}");
    }

    private static async Task<EdgeScope?> OfAssetAsync(RegistryDb db, string organization, AssetId assetId, int? version, CancellationToken ct)
    {
        var place = await (
            from asset in db.Assets.IgnoreQueryFilters()
            join space in db.Spaces.IgnoreQueryFilters() on asset.SpaceId equals space.Id
            join tenant in db.Tenants.IgnoreQueryFilters() on asset.TenantId equals tenant.Id
            where asset.Id == assetId.Value
            select new { Tenant = tenant.Slug, Space = space.Slug }).FirstOrDefaultAsync(ct);
        if (place is null)
            return null;
        var prefix = $"/v1/pub/{organization}/{place.Tenant}/{place.Space}/img/{assetId}/{(version is null ? "" : $"v{version}/")}";
        return new EdgeScope([CacheTags.Asset(assetId.ToString())], [prefix], []);
    }

    private static async Task<EdgeScope?> OfSpaceAsync(RegistryDb db, string organization, InvalidationTarget.OfSpace target, CancellationToken ct)
    {
        var place = await (
            from space in db.Spaces.IgnoreQueryFilters()
            join tenant in db.Tenants.IgnoreQueryFilters() on space.TenantId equals tenant.Id
            where space.Id == target.SpaceId
            select new { Tenant = tenant.Slug, Space = space.Slug }).FirstOrDefaultAsync(ct);
        if (place is null)
            return null;
        var prefix = $"/v1/pub/{organization}/{place.Tenant}/{place.Space}/";
        if (target.Tag is { } tag)
        {
            var assets = await db.Assets.IgnoreQueryFilters()
                .Where(asset => asset.SpaceId == target.SpaceId && asset.Tags.Contains(tag))
                .Select(asset => asset.Id)
                .Take(MaxAssets + 1)
                .ToListAsync(ct);
            if (assets.Count <= MaxAssets)
            {
                var ids = assets.ConvertAll(static id => new AssetId(id).ToString());
                return new EdgeScope(ids.ConvertAll(CacheTags.Asset), ids.ConvertAll(id => $"{prefix}img/{id}/"), []);
            }
        }

        return new EdgeScope([CacheTags.Space(organization, place.Tenant, place.Space)], [prefix], []);
    }
}
