namespace ImageService.Core.Operations;

/// <summary>Which formats can hold a picture as large as asked for. Only what nobody asked the size of can be too large for one.</summary>
public static class FormatCapacity
{
    // What every format holds.
    private const int AlwaysHeld = 16_383;

    /// <summary>The formats of a set that hold the result at its full size.</summary>
    /// <param name="formats">To choose from.</param>
    /// <param name="operations">With the preset merged.</param>
    /// <param name="source">The original.</param>
    public static IReadOnlySet<ImageFormat> Holding(this IReadOnlySet<ImageFormat> formats, ImageOperations operations, SourceFacts source) =>
        source.Width <= AlwaysHeld && source.Height <= AlwaysHeld ? formats : formats.Where(format => Holds(format, operations, source)).ToHashSet();

    /// <summary>The format to fall back on where the extension's cannot hold the picture: the plainest one that can; the extension's where none can.</summary>
    public static ImageFormat Plainest(this IReadOnlySet<ImageFormat> holding, ImageFormat extension, bool hasAlpha)
    {
        if (holding.Contains(extension))
            return extension;
        ImageFormat[] plain = hasAlpha ? [ImageFormat.Png, ImageFormat.Gif, ImageFormat.Jpg] : [ImageFormat.Jpg, ImageFormat.Png];
        return Array.Find(plain, holding.Contains) is var found && holding.Contains(found) ? found : extension;
    }

    private static bool Holds(ImageFormat format, ImageOperations operations, SourceFacts source)
    {
        var turned = Turn.Of(operations).SwapsSides;
        return CanonicalGeometry.Fits(
            operations.Width, operations.Height, operations.Fit ?? Fit.Cover, turned ? source.Height : source.Width, turned ? source.Width : source.Height,
            format.MaxSide());
    }
}
