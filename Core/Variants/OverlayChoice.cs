using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Overlays;
using ImageService.Core.Presets;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Variants;

/// <summary>Finds the overlays of a request, named or the policy's watermark, with the facts of all that they show.</summary>
public sealed class OverlayChoice(OverlayCatalog overlays, FontCatalog fonts, AssetDirectory assets)
{
    private static readonly ChosenOverlays None = new([], null);

    /// <summary>Finds them.</summary>
    /// <returns><see cref="ErrorCode.NotFound"/> for a name, picture or font that is not there; <see cref="ErrorCode.PolicyForbids"/> where the watermark's
    /// own overlay is not.</returns>
    public ValueTask<Result<ChosenOverlays>> FindAsync(SpaceScope space, ImageOperations operations, PresetRevision? preset, CancellationToken ct)
    {
        return NoneFor(space, operations, preset) is { } none
            ? ValueTask.FromResult<Result<ChosenOverlays>>(none)
            : FindAsync(space, Slugs(operations, preset), ct);
    }

    /// <summary>That nothing is laid over, where neither URL nor preset names an overlay and the space has no watermark; else null.</summary>
    public static ChosenOverlays? NoneFor(SpaceScope space, ImageOperations operations, PresetRevision? preset)
    {
        var beneath = preset?.Operations;
        var isNamed =
            (operations.Overlay ?? operations.Overlay2 ?? operations.Overlay3 ?? beneath?.Overlay ?? beneath?.Overlay2 ?? beneath?.Overlay3) is not null;
        return isNamed || space.Policy.Watermark is not null ? null : None;
    }

    private static string?[] Slugs(ImageOperations operations, PresetRevision? preset) =>
    [
        operations.Overlay ?? preset?.Operations.Overlay, operations.Overlay2 ?? preset?.Operations.Overlay2,
        operations.Overlay3 ?? preset?.Operations.Overlay3,
    ];

    private async ValueTask<Result<ChosenOverlays>> FindAsync(SpaceScope space, string?[] slugs, CancellationToken ct)
    {
        List<ChosenOverlay> named = [];
        foreach (var slug in slugs.OfType<string>())
        {
            if (await overlays.FindAsync(space, slug, ct) is not { } revision)
                return VariantErrors.NoSuchOverlay(slug);
            if (!(await CompleteAsync(space.OrganizationId, revision, assets, fonts, ct)).TryGet(out var chosen, out var error))
                return error;
            named.Add(chosen);
        }

        if (space.Policy.Watermark is not { } watermark)
            return new ChosenOverlays(named, null);
        if (await overlays.FindAsync(space, watermark.Overlay, ct) is not { } mark)
            return VariantErrors.NoWatermark(watermark.Overlay);
        return (await CompleteAsync(space.OrganizationId, mark, assets, fonts, ct)).Map(chosen => new ChosenOverlays(named, chosen));
    }

    /// <summary>Finds the facts of all that an overlay shows.</summary>
    internal static async ValueTask<Result<ChosenOverlay>> CompleteAsync(
        Guid organizationId, OverlayRevision revision, AssetDirectory assets, FontCatalog fonts, CancellationToken ct)
    {
        var images = new AssetFacts[revision.Images.Count];
        for (var i = 0; i < images.Length; i++)
        {
            var image = revision.Images[i];
            if (!AssetId.TryParse(image.Asset, out var id) || await assets.FindInOrganizationAsync(organizationId, id, image.Version, ct) is not { } facts)
                return VariantErrors.NoOverlayPicture(revision.Slug, image.Asset, image.Version);
            images[i] = facts;
        }

        var files = new FontFacts[revision.UploadedFonts.Count];
        for (var i = 0; i < files.Length; i++)
        {
            if (await fonts.FindAsync(organizationId, revision.UploadedFonts[i], ct) is not { } font)
                return VariantErrors.NoOverlayFont(revision.Slug, revision.UploadedFonts[i]);
            files[i] = font;
        }

        return new ChosenOverlay(revision, images, files);
    }
}

/// <summary>The overlays of one request.</summary>
/// <param name="Named">By the URL or its preset, in the order they are drawn.</param>
/// <param name="Watermark">By policy; null where the space has none.</param>
public sealed record ChosenOverlays(IReadOnlyList<ChosenOverlay> Named, ChosenOverlay? Watermark)
{
    /// <summary>Whether the texts of a URL can show: numbers of the variables that named overlays hold.</summary>
    public bool Takes(int variable) => Named.Any(overlay => overlay.Revision.Variables.Contains(variable));

    /// <summary>Whether both stand for the very same facts: the caches hand out the same objects until they change.</summary>
    public bool IsSame(ChosenOverlays other) => ReferenceEquals(this, other)
        || (Named.Count == other.Named.Count && IsSame(Watermark, other.Watermark) && Named.Zip(other.Named).All(pair => IsSame(pair.First, pair.Second)));

    private static bool IsSame(ChosenOverlay? one, ChosenOverlay? other) => one is null || other is null
        ? one is null && other is null
        : ReferenceEquals(one.Revision, other.Revision)
            && one.Images.Zip(other.Images).All(pair => ReferenceEquals(pair.First, pair.Second))
            && one.Fonts.Zip(other.Fonts).All(pair => ReferenceEquals(pair.First, pair.Second));
}

/// <summary>An overlay with the facts of all that it shows.</summary>
/// <param name="Revision">In force.</param>
/// <param name="Images">Of each of its pictures.</param>
/// <param name="Fonts">Of each of its fonts that was uploaded.</param>
public sealed record ChosenOverlay(OverlayRevision Revision, IReadOnlyList<AssetFacts> Images, IReadOnlyList<FontFacts> Fonts)
{
    /// <summary>What its pixels depend on: a revision, with the version of each picture, never changes; a font's name may be given to another file.</summary>
    public string Key => $"{Revision.Id:n}.{Revision.Revision}{string.Concat(Fonts.Select(font => $".{font.ContentHash}"))}";
}

/// <summary>An overlay as it is drawn on one variant.</summary>
/// <param name="Overlay">Which.</param>
/// <param name="Texts">For its variables.</param>
/// <param name="Dpr">What its lengths in px are multiplied by.</param>
/// <param name="MinWidth">Narrower pictures go without it, px; 1 for named ones.</param>
public sealed record DrawnOverlay(ChosenOverlay Overlay, OverlayTexts? Texts, double Dpr, int MinWidth);
