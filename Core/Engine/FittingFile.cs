using NetVips;

namespace ImageService.Core.Engine;

/// <summary>
/// Finds the highest quality whose file is no larger than asked for (operation <c>bytes</c>): at most eight encodes. Where even quality 1 is too large, the
/// picture shrinks until it fits.
/// </summary>
internal static class FittingFile
{
    private const int LowestQuality = 1;

    // Twelve steps take any picture below a thousand bytes: each at least halves what is too much.
    private const int MostSteps = 12;

    // Files shrink a little less than their pixels do.
    private const double Margin = 0.95;

    /// <summary>Encodes.</summary>
    /// <param name="image">In memory: it is read for every attempt.</param>
    /// <param name="quality">Highest quality, 1 to 100.</param>
    /// <param name="maxBytes">Largest file.</param>
    /// <param name="encode">Writes a file of an image at a quality.</param>
    /// <returns>The file, and the picture that it holds.</returns>
    public static (byte[] Bytes, Image Image) Encode(Image image, int quality, int maxBytes, Func<Image, int, byte[]> encode, TransformRun run)
    {
        var smallest = encode(image, quality);
        byte[]? best = smallest.Length <= maxBytes ? smallest : null;
        for (var (low, high) = (LowestQuality, quality - 1); best != smallest && low <= high;)
        {
            var middle = (low + high) / 2;
            var bytes = encode(image, middle);
            if (bytes.Length <= maxBytes)
                (best, low) = (bytes, middle + 1);
            else
                (smallest, high) = (bytes, middle - 1);
        }

        var scale = 1.0;
        var fitting = image;
        for (var step = 0; best is null && step < MostSteps; step++)
        {
            scale *= Math.Min(Margin, Math.Sqrt(maxBytes / (double)smallest.Length) * Margin);
            fitting = Shrunk(image, scale, run);
            smallest = encode(fitting, LowestQuality);
            best = smallest.Length <= maxBytes ? smallest : null;
        }

        return (best ?? smallest, fitting);
    }

    private static Image Shrunk(Image image, double scale, TransformRun run)
    {
        if (!image.Contains("page-height"))
            return run.Settle(Resized(image, scale));
        var height = (int)image.Get("page-height");
        var frames = new Image[image.Height / height];
        for (var frame = 0; frame < frames.Length; frame++)
        {
            using var whole = image.Crop(0, frame * height, image.Width, height);
            frames[frame] = run.Settle(Resized(whole, scale));
        }

        var joined = run.Keep(Image.Arrayjoin(frames, across: 1));
        return run.Keep(joined.Mutate(roll => roll.Set(GValue.GIntType, "page-height", frames[0].Height)));
    }

    private static Image Resized(Image image, double scale)
    {
        var (width, height) = (Math.Max(1, Math.Round(image.Width * scale)), Math.Max(1, Math.Round(image.Height * scale)));
        var (across, down) = (width / image.Width, height / image.Height);
        if (!image.HasAlpha())
            return image.Resize(across, vscale: down);
        using var premultiplied = image.Premultiply();
        using var small = premultiplied.Resize(across, vscale: down);
        using var plain = small.Unpremultiply();
        return plain.Cast(image.Format);
    }
}
