using ImageService.Core.Operations;

namespace ImageService.Core.Engine;

/// <summary>Which bytes a variant is made of. Pure, so that the same key always means the same bytes.</summary>
public static class SourceChoice
{
    /// <summary>Largest intermediate, px in all.</summary>
    public const long IntermediatePixels = 4_000_000;

    /// <summary>
    /// Least side, px, that is asked for of a variant that takes a gain map along: an icon gains nothing from a map that doubles its file and has the
    /// original decoded.
    /// </summary>
    public const int LeastSideWithGainMap = 64;

    /// <summary>
    /// Whether the variant derives from the intermediate: always when the whole picture in it is at most half the intermediate's width and height, up to
    /// three quarters where the original is larger than
    /// its intermediate and the output loses more than the intermediate did, else never. Outputs that stay animated always derive from the original; a
    /// drawing is drawn anew for each.
    /// </summary>
    /// <param name="operations">Canonical.</param>
    /// <param name="source">The original.</param>
    public static bool UsesIntermediate(CanonicalOperations operations, SourceFacts source)
    {
        if (source.Drawing is not null || source.KeepsHdr || operations.Operations.Original || (source.Frames > 1 && operations.Format.CanAnimate()))
            return false;

        // A part of the picture is taken at the original's own pixels.
        if (operations.Operations.Crop is not null || operations.Operations.Trim is not null)
            return false;
        var plan = TransformPlan.Of(operations, source);
        var intermediate = IntermediateSize(plan.Source);
        return IsWithin(plan.Resized, intermediate, 1, 2)
            || (intermediate != plan.Source && IsCoarse(operations) && IsWithin(plan.Resized, intermediate, 3, 4));
    }

    private static bool IsWithin(PixelSize size, PixelSize other, int numerator, int denominator) =>
        (long)size.Width * denominator <= (long)other.Width * numerator && (long)size.Height * denominator <= (long)other.Height * numerator;

    // From 90 on JPEG, WebP, AVIF and JPEG XL are nearly lossless; below, they keep less of the colours than the intermediate has at three quarters of its size.
    private static bool IsCoarse(CanonicalOperations operations) =>
        operations.Format is ImageFormat.Jpg or ImageFormat.Webp or ImageFormat.Avif or ImageFormat.Jxl
            && operations.Operations.Quality is not { Value: >= 90 };

    /// <summary>Size of the intermediate of a source, px: the source's own up to <see cref="IntermediatePixels"/>.</summary>
    public static PixelSize IntermediateSize(PixelSize source)
    {
        if (source.Pixels <= IntermediatePixels)
            return source;

        // The height is rounded, perhaps up.
        var width = Math.Max(1, (int)Math.Sqrt(IntermediatePixels * (double)source.Width / source.Height));
        while (width > 1 && source.ScaledToWidth(width).Pixels > IntermediatePixels)
            width--;
        return source.ScaledToWidth(width);
    }
}
