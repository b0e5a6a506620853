using System.Globalization;
using ImageService.Core.Engine;
using ImageService.Core.Operations;
using ImageService.Core.Policies;

namespace ImageService.Core.Variants;

/// <summary>What of the chosen overlays is drawn on one picture, and what that makes of its key. Pure.</summary>
internal static class OverlayLayers
{
    /// <summary>Most pictures of the output's size that drawing holds: one for all that is simply laid over, and two more for each that blends.</summary>
    public static int Of(ChosenOverlays chosen, bool isWatermarked)
    {
        var overlays = isWatermarked && chosen.Watermark is { } watermark ? chosen.Named.Append(watermark) : chosen.Named;
        var (any, blends) = (false, 0);
        foreach (var overlay in overlays)
            (any, blends) = (true, blends + overlay.Revision.Blends);
        return any ? 1 + (2 * blends) : 0;
    }

    /// <summary>The whole picture in place of the original's own bytes.</summary>
    public static ImageOperations AsPicture(this ImageOperations operations, ImageFormat format) =>
        operations.Original ? new ImageOperations { Format = new FormatChoice(format) } : operations;

    /// <summary>The overlays in the order they are drawn. A watermark says what its owner wrote: it takes no texts of the URL.</summary>
    /// <param name="chosen">Found.</param>
    /// <param name="canonical">Of the picture; names overlays in the same order.</param>
    /// <param name="watermark">Null where none is drawn.</param>
    /// <param name="dpr">Of the URL.</param>
    public static IReadOnlyList<DrawnOverlay> Drawn(ChosenOverlays chosen, CanonicalOperations canonical, WatermarkPolicy? watermark, double dpr)
    {
        if (chosen.Named.Count == 0 && watermark is null)
            return [];
        var drawn = chosen.Named.Select(overlay => new DrawnOverlay(overlay, canonical.Operations.Texts, canonical.Operations.OverlayDpr ?? 1, 1)).ToList();
        if (watermark is not null)
            drawn.Add(new DrawnOverlay(chosen.Watermark!, null, dpr, watermark.MinWidth));
        return drawn;
    }

    /// <summary>The revision that stands in the variant's key: with all that its overlays' pixels depend on beside the canonical form.</summary>
    public static string Revision(string revision, IReadOnlyList<DrawnOverlay> drawn, CanonicalOperations canonical)
    {
        if (drawn.Count == 0)
            return revision;

        // Where borders are trimmed the width is known only when the picture is made.
        var width = canonical.Operations.Trim is null ? "" : string.Create(CultureInfo.InvariantCulture, $">{drawn[^1].MinWidth}");
        var keys = drawn.Select(it => string.Create(CultureInfo.InvariantCulture, $"+{it.Overlay.Key}@{it.Dpr}"));
        return $"{revision}+{EngineRevision.ForOverlays}{string.Concat(keys)}{width}";
    }
}
