using ImageService.Core.Operations;

namespace ImageService.Core.Engine;

/// <summary>How much memory pixels take, judged from facts alone; measured peaks are in <c>docs/engine.md</c>. Errs on the high side.</summary>
public static class MemoryEstimate
{
    // Buffers of a transform whose pixels hardly count.
    private const long Floor = 8L << 20;

    /// <summary>Bytes that one transform holds at its peak.</summary>
    /// <param name="format">Format of the original.</param>
    /// <param name="source">The original's facts.</param>
    /// <param name="operations">What is asked for.</param>
    public static long ForTransform(OriginalFormat format, SourceFacts source, CanonicalOperations operations)
    {
        var size = new PixelSize(source.Width, source.Height);
        if (operations.Operations.Original)
            return Floor + size.Pixels;
        var plan = TransformPlan.Of(operations, size);
        var frames = operations.Format.CanAnimate() ? source.Frames : 1;
        var read = SourceChoice.UsesIntermediate(operations, source) ? SourceChoice.IntermediateSize(size) : size;
        var bytes = format.NeedsWorkingCopy() ? OriginalFormat.Png : format;
        return Floor + ForDecode(bytes, read.Pixels) + (plan.Canvas.Pixels * frames * BytesPerEncodedPixel(operations.Format));
    }

    /// <summary>Bytes that decoding holds at its peak, of one frame.</summary>
    /// <param name="format">Format of the bytes read.</param>
    /// <param name="pixels">Width × height.</param>
    public static long ForDecode(OriginalFormat format, long pixels) => pixels * format switch
    {
        // A progressive JPEG keeps all coefficients; a baseline one a few lines. Facts do not tell which.
        OriginalFormat.Jpg => 4,
        OriginalFormat.Avif => 22,
        OriginalFormat.Heic => 10,
        OriginalFormat.Webp => 5,
        OriginalFormat.Gif => 12,

        // An interlaced PNG of 16 bits is kept whole; others go by line.
        OriginalFormat.Png => 4,
        _ => 5,
    };

    // An animation is held as finished frames besides what its encoder needs.
    private static int BytesPerEncodedPixel(ImageFormat format) => format switch
    {
        ImageFormat.Avif => 25,
        ImageFormat.Webp => 10,
        ImageFormat.Gif => 9,
        _ => 8,
    };
}
