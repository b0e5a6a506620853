namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// What decoding takes at its peak, by what the header says; measured at 50 megapixels with libvips 8.18.7 (<c>docs/engine.md</c>), rounded up.
/// </summary>
internal static class DecodeMemory
{
    /// <summary>Bytes for the whole picture, of an animation for one frame.</summary>
    /// <param name="header">As read.</param>
    /// <param name="coefficients">Bytes of coefficients that a progressive JPEG keeps; 0 for a sequential one.</param>
    public static long Of(ImageHeader header, long coefficients)
    {
        var pixels = header.Pixels / header.Frames;
        return header.Format switch
        {
            // Planes, libheif's copies of them and the interleaved picture: 15.2 (4:2:0), 18.3 (4:4:4 or 10 bits), 24.4 (both); with alpha 1 more for 8 bits.
            OriginalFormat.Avif => pixels * (IsDeep(header) ? 25 + Alpha(header, 2) : 19 + Alpha(header, 1)),

            // 8.2 lossy, 8.8 lossless.
            OriginalFormat.Webp => pixels * 9,
            _ => MemoryEstimate.ForDecode(header, coefficients),
        };
    }

    /// <summary>Whether transforms read the original itself; else it gets a working copy that is read by line.</summary>
    /// <param name="header">As read.</param>
    /// <param name="needed">What decoding takes.</param>
    /// <param name="most">What it may take in a process that serves requests.</param>
    public static bool IsForTransforms(ImageHeader header, long needed, long most) => header.Frames > 1 || needed <= most;

    private static bool IsDeep(ImageHeader header) => header.BytesPerPixel > (header.HasAlpha ? 4 : 3);

    private static int Alpha(ImageHeader header, int bytes) => header.HasAlpha ? bytes : 0;
}
