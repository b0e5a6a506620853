namespace ImageService.Core.Operations;

/// <summary>Lengths as a device shows them.</summary>
public static class DevicePixels
{
    private const double MaxRatio = 4;

    /// <summary>
    /// The same operations with <c>dpr</c> multiplied into every length (<c>w</c>, <c>h</c>, <c>pad</c>, <c>round</c>), floored, and left for those of
    /// overlays; a side above a maximum becomes the maximum.
    /// </summary>
    /// <param name="operations">As read and merged.</param>
    /// <param name="maxWidth">px.</param>
    /// <param name="maxHeight">px.</param>
    public static ImageOperations InDevicePixels(this ImageOperations operations, int maxWidth, int maxHeight) => operations.Dpr is not { } ratio
        ? operations
        : operations with
        {
            Width = operations.Width is { } width ? OperationNumbers.Times(width, ratio, maxWidth) : null,
            Height = operations.Height is { } height ? OperationNumbers.Times(height, ratio, maxHeight) : null,
            Pad = operations.Pad?.Times(ratio),
            Round = operations.Round?.Times(ratio),
            OverlayDpr = operations.OverlayRatio(),
            Dpr = null,
        };

    /// <summary>What lengths of overlays in px are multiplied by: <c>odpr</c> times <c>dpr</c>, 1 to 4.</summary>
    public static double OverlayRatio(this ImageOperations operations) =>
        Math.Min(Math.Round((operations.OverlayDpr ?? 1) * (operations.Dpr ?? 1), OperationsGrammar.EffectDecimals), MaxRatio);

    /// <summary>The width (px, at least 1) that a height alone leads to: by <c>ar</c>, else in proportion to the original as cropped and turned.</summary>
    public static int WidthOf(this ImageOperations operations, int height, SourceFacts source)
    {
        if (operations.AspectRatio is { } ratio)
            return ratio.WidthOf(height);
        var facts = CroppedSource.Of(source, operations.Crop)?.Facts ?? source;
        var (wide, high) = ((double)facts.Width, (double)facts.Height);
        if (Turn.Of(operations).SwapsSides)
            (wide, high) = (high, wide);
        return (int)Math.Clamp(Math.Round(wide * height / high, MidpointRounding.AwayFromZero), 1, OperationsGrammar.MaxSidePx);
    }
}
