using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Overlays;
using ImageService.Core.Storage;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Variants;

/// <summary>
/// Fetches the bytes of what overlays show: pictures, each once, and fonts. Vectors are drawn in the decoder's process at the size they are shown.
/// </summary>
public sealed class OverlayReader(VariantStore store, IntegrityGuard integrity, FontCatalog fonts, IsolatedDecoder drawer)
{
    /// <summary>Everything that drawing a variant's overlays needs; null where nothing is drawn.</summary>
    /// <returns><see cref="ErrorCode.StorageUnavailable"/> where a picture's object is gone, <see cref="ErrorCode.NotFound"/> where a font was deleted
    /// meanwhile, or what drawing a vector returns.</returns>
    /// <exception cref="ObjectStoreException">The store does not answer.</exception>
    public Task<Result<OverlayMaterial?>> ReadAsync(VariantDescription description, CpuUse? use, CancellationToken ct) =>
        ReadAsync(description.OrganizationId, description.Overlays, TransformPlan.Of(description.Canonical, description.Source).Output, use, ct);

    /// <summary>The same for overlays on a picture of some size.</summary>
    public async Task<Result<OverlayMaterial?>> ReadAsync(
        Guid organizationId, IReadOnlyList<DrawnOverlay> drawn, PixelSize picture, CpuUse? use, CancellationToken ct)
    {
        if (drawn.Count == 0)
            return (OverlayMaterial?)null;
        Dictionary<(string Asset, int Version), TransformSource> pictures = [];
        Dictionary<string, FontFile> files = new(StringComparer.Ordinal);
        foreach (var overlay in drawn.Select(it => it.Overlay))
        {
            foreach (var image in overlay.Images.Where(image => !pictures.ContainsKey((image.AssetId.ToString(), image.Version))))
            {
                if (!(await ReadAsync(image, drawn, picture, use, ct)).TryGet(out var source, out var error))
                    return error;
                pictures.Add((image.AssetId.ToString(), image.Version), source);
            }

            foreach (var font in overlay.Fonts.Where(font => !files.ContainsKey(font.Slug)))
            {
                if (await fonts.ReadAsync(organizationId, font, ct) is not { } file)
                    return VariantErrors.NoOverlayFont(overlay.Revision.Slug, font.Slug);
                files.Add(font.Slug, file);
            }
        }

        return new OverlayMaterial([.. drawn.Select(it => new OverlayDrawing(it.Overlay.Revision.Elements, it.Texts, it.Dpr, it.MinWidth))], pictures, files);
    }

    private async Task<Result<TransformSource>> ReadAsync(AssetFacts asset, IReadOnlyList<DrawnOverlay> drawn, PixelSize picture, CpuUse? use,
        CancellationToken ct)
    {
        var (kind, key, expected) = asset.WorkingCopyKey is { } copy
            ? (IntegrityGuard.WorkingCopy, copy, new ExpectedBytes(null, asset.WorkingCopyHash))
            : (IntegrityGuard.Original, asset.StorageKey, new ExpectedBytes(asset.SizeBytes, asset.ContentHash));
        var read = await store.ReadAsync(asset.Store, key, expected, ct);
        if (read.Bytes is not { } bytes)
        {
            await integrity.TellOriginalAsync(asset.OrganizationId, asset.AssetId, asset.Version, kind, key, read.Damage ?? Damage.Missing, ct);
            return VariantErrors.OriginalGone;
        }

        var format = asset.WorkingCopyKey is null && OriginalFormats.TryParse(asset.Format, out var own) ? own : OriginalFormat.Png;
        if (format != OriginalFormat.Svg)
            return new TransformSource(bytes, format, IsIntermediate: false, KeepCopyright: false);
        var size = new PixelSize(asset.Width, asset.Height);
        var png =
            await drawer.DrawAsync(bytes, ImagePainter.LargestOf(asset.AssetId.ToString(), asset.Version, Shown(drawn), picture, size), PicturePart.Whole, use,
                ct);
        return png.Map(pixels => new TransformSource(pixels, OriginalFormat.Png, IsIntermediate: false, KeepCopyright: false) { DrawnFrom = size });
    }

    private static IEnumerable<(OverlayImage Image, double Dpr)> Shown(IReadOnlyList<DrawnOverlay> drawn) =>
        drawn.SelectMany(it => it.Overlay.Revision.Images.Select(image => (image, it.Dpr)));
}
