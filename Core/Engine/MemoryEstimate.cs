using ImageService.Core.Operations;

namespace ImageService.Core.Engine;

/// <summary>How much memory pixels take, judged from facts alone; measured peaks are in <c>docs/engine.md</c>. Errs on the high side.</summary>
public static class MemoryEstimate
{
    // Buffers of a transform whose pixels hardly count.
    internal const long Floor = 8L << 20;

    /// <summary>Bytes a pixel of the encoder that takes most.</summary>
    internal const int MostBytes = 60;

    private const int PngBytes = 8;

    // As Skia draws it, and as libvips reads it.
    private const int LayerBytes = 8;

    // Of a source that is read from top to bottom.
    private const int LinesHeld = 64;

    // A picture whose borders are looked for is held as read and as it is seen.
    private const int BytesLookedAt = 8;

    /// <summary>Bytes that one transform holds at its peak.</summary>
    /// <param name="format">Format of the original.</param>
    /// <param name="source">The original's facts.</param>
    /// <param name="operations">What is asked for.</param>
    /// <param name="makesIntermediate">Whether the intermediate it derives from has to be made of the original first, under the same lease.</param>
    public static long ForTransform(OriginalFormat format, SourceFacts source, CanonicalOperations operations, bool makesIntermediate)
    {
        var size = new PixelSize(source.Width, source.Height);
        if (operations.Operations.Original)
            return Floor + size.Pixels;
        var bytes = format.NeedsWorkingCopy() ? OriginalFormat.Png : format;
        var plan = TransformPlan.Of(operations, source);
        var output = ForOutput(operations, source, plan.Output);
        var decode =
            (source.DecodeBytes ?? ForDecode(bytes, size.Pixels))
                + (operations.Operations.Trim is null ? 0 : (source.Drawing is null ? size.Pixels : plan.Resized.Pixels) * BytesLookedAt);
        if (!SourceChoice.UsesIntermediate(operations, source))
            return Floor + decode + output;
        var intermediate = SourceChoice.IntermediateSize(size).Pixels;
        var derived = ForDecode(OriginalFormat.Png, intermediate) + output;
        return Floor + (makesIntermediate ? Math.Max(decode + (intermediate * PngBytes), derived) : derived);
    }

    /// <summary>Bytes that decoding holds at its peak, of one frame, where the header has been read.</summary>
    /// <param name="header">As read.</param>
    /// <param name="coefficients">Bytes of coefficients that a progressive JPEG keeps; 0 for a sequential one.</param>
    internal static long ForDecode(ImageHeader header, long coefficients)
    {
        var lines = (long)header.Width * header.BytesPerPixel * LinesHeld;
        return header.Format switch
        {
            OriginalFormat.Jpg => coefficients + lines,
            OriginalFormat.Png => (header.IsKeptWhole ? (long)header.Width * header.Height * header.BytesPerPixel : 0) + lines,
            _ => ForDecode(header.Format, header.Pixels / header.Frames),
        };
    }

    /// <summary>Bytes that decoding holds at its peak, of one frame, where the format alone is known.</summary>
    /// <param name="format">Format of the bytes read.</param>
    /// <param name="pixels">Width × height.</param>
    public static long ForDecode(OriginalFormat format, long pixels) => pixels * format switch
    {
        // A progressive JPEG keeps all coefficients; a baseline one a few lines. Facts do not tell which.
        OriginalFormat.Jpg => 4,
        OriginalFormat.Avif => 18,
        OriginalFormat.Heic => 9,
        OriginalFormat.Jxl => 24,
        OriginalFormat.Webp => 5,
        OriginalFormat.Gif => 12,

        // An interlaced PNG of 16 bits is kept whole; others go by line.
        OriginalFormat.Png => 4,
        _ => 5,
    };

    /// <summary>Bytes that the output takes: what its encoder holds of the picture, and the file, twice for a moment.</summary>
    /// <param name="operations">Canonical.</param>
    /// <param name="source">The original's facts.</param>
    /// <param name="size">Of the output.</param>
    internal static long ForOutput(CanonicalOperations operations, SourceFacts source, PixelSize size) =>
        size.Pixels * (((operations.Format.CanAnimate() ? source.Frames : 1) * BytesPerEncodedPixel(operations, source))
            + (operations.OverlayLayers * LayerBytes));

    // An animation is held as finished frames besides what its encoder needs. JPEG is written by line; the pixels of PNG, WebP and JPEG XL are looked at before.
    private static int BytesPerEncodedPixel(CanonicalOperations operations, SourceFacts source) => operations.Format switch
    {
        // The pixels, the library's copy and its planes; with alpha, which it keeps without loss, twice as much.
        ImageFormat.Jxl => HasAlpha(operations.Operations, source) ? MostBytes : 30,
        ImageFormat.Avif => 25,
        ImageFormat.Webp => 14,
        ImageFormat.Gif => 22,
        ImageFormat.Jpg => 3,
        _ => PngBytes,
    };

    private static bool HasAlpha(ImageOperations operations, SourceFacts source) =>
        source.HasAlpha || source.Drawing is not null || operations is { Fit: Fit.Pad } or { Pad: not null } or { Round: not null };
}
