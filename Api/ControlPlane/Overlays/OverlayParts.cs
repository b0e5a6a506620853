using System.Globalization;
using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Errors;
using ImageService.Core.Overlays;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Overlays;

/// <summary>
/// What an overlay's elements refer to: pictures of the organization that the caller can see, and fonts. Two questions, however many elements.
/// </summary>
internal static class OverlayParts
{
    /// <summary>Judges elements and fixes each picture to a version, so that a revision never changes.</summary>
    /// <returns>JSON as it is stored, or <see cref="ErrorCode.InvalidRequest"/> naming the element.</returns>
    public static async Task<Result<string>> FixAsync(RegistryDb db, Caller caller, OverlayElementDocument?[]? documents, CancellationToken ct)
    {
        if (!OverlayElements.Read(documents).TryGet(out var elements, out var error))
            return error;
        var versions = await VersionsAsync(db, caller, elements, ct);
        if (await MissingFontAsync(db, elements, ct) is { } missing)
            return missing;
        var whole = new OverlayElementDocument[elements.Count];
        for (var i = 0; i < whole.Length; i++)
        {
            whole[i] = documents![i]!;
            if (elements[i] is not OverlayImage image)
                continue;
            if (!versions.TryGetValue(image.Asset, out var known) || (image.Version != 0 && !known.All.Contains(image.Version)))
                return Problems.Invalid(
                    string.Create(CultureInfo.InvariantCulture,
                        $"elements[{i}].asset names no image of this organization, or no version of it: {image.Asset}."));
            whole[i] = whole[i] with { Asset = image.Asset, Version = image.Version == 0 ? known.Newest : image.Version };
        }

        return OverlayElements.Write(whole);
    }

    private static async Task<Dictionary<string, (int Newest, HashSet<int> All)>> VersionsAsync(
        RegistryDb db, Caller caller, IReadOnlyList<OverlayElement> elements, CancellationToken ct)
    {
        var ids = elements.OfType<OverlayImage>().Select(image => AssetId.TryParse(image.Asset, out var id) ? id.Value : Guid.Empty).Distinct().ToArray();
        if (ids.Length == 0)
            return [];
        var rows = await (
            from asset in db.Assets
            join version in db.AssetVersions on asset.Id equals version.AssetId
            where ids.Contains(asset.Id) && asset.DeletedAt == null && version.DeletedAt == null
            select new { asset.Id, asset.TenantId, asset.SpaceId, asset.CurrentVersion, version.Version }).AsNoTracking().ToListAsync(ct);
        return rows.Where(row => caller.May(Scopes.ImageRead, row.TenantId, row.SpaceId)).GroupBy(row => row.Id).ToDictionary(
            group => new AssetId(group.Key).ToString(), group => (group.First().CurrentVersion, group.Select(row => row.Version).ToHashSet()),
            StringComparer.Ordinal);
    }

    private static async Task<Error?> MissingFontAsync(RegistryDb db, IReadOnlyList<OverlayElement> elements, CancellationToken ct)
    {
        var named = elements.OfType<OverlayText>()
            .Select(text => text.Font).Where(font => !OverlayFonts.Shipped.Contains(font)).Distinct(StringComparer.Ordinal).ToArray();
        if (named.Length == 0)
            return null;
        var known = await db.Fonts.AsNoTracking().Where(font => named.Contains(font.Slug)).Select(font => font.Slug).ToListAsync(ct);
        return named.Except(known, StringComparer.Ordinal).FirstOrDefault() is { } missing
            ? Problems.Invalid($"There is no font \"{missing}\". Upload it first, or take one of {string.Join(", ", OverlayFonts.Shipped)}.")
            : null;
    }
}
