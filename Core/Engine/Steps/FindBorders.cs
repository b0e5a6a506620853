using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Finds what <c>trim</c> leaves: the smallest box that holds every pixel unlike the top left one, over all frames.</summary>
internal static class FindBorders
{
    private const double FullRange = 255;
    private const double Percent = 100;

    /// <param name="image">Upright, 8 bit sRGB; several frames lie below each other.</param>
    /// <param name="frameHeight">px of one frame.</param>
    /// <param name="tolerance">Largest difference of a channel that still counts as border, percent of its range.</param>
    /// <returns>The box in one frame; the whole frame where all is of one colour.</returns>
    public static PixelBox Find(Image image, int frameHeight, double tolerance)
    {
        // A transparent pixel has no colour: what it hides does not count.
        using var seen = image.HasAlpha() ? Premultiplied(image) : image.Copy();
        using var corner = seen.Crop(0, 0, 1, 1);
        var colour = corner.Getpoint(0, 0);
        using var unlike = Unlike(seen, colour, tolerance / Percent * FullRange);
        PixelBox? found = null;
        for (var top = 0; top < image.Height; top += frameHeight)
        {
            using var frame = unlike.Crop(0, top, image.Width, frameHeight);
            if (Bounds(frame) is { } box)
                found = found is { } other ? Union(box, other) : box;
        }

        return found ?? new PixelBox(0, 0, image.Width, frameHeight);
    }

    private static Image Premultiplied(Image image)
    {
        using var premultiplied = image.Premultiply();
        return premultiplied.Cast(Enums.BandFormat.Float);
    }

    // Bytes beyond whole bounds: the same as a distance in floating point above the tolerance, at a fraction of the time.
    private static Image Unlike(Image image, double[] colour, double most)
    {
        var whole = image.Format == Enums.BandFormat.Uchar;
        using var above = image > Array.ConvertAll(colour, value => whole ? Math.Floor(value + most) : value + most);
        using var below = image < Array.ConvertAll(colour, value => whole ? Math.Ceiling(value - most) : value - most);
        using var beyond = above | below;
        return beyond.BandOr();
    }

    // Without libvips' smoothing, which would lose lines of one pixel.
    private static PixelBox? Bounds(Image mask) =>
        mask.FindTrim(threshold: 1, background: [0], lineArt: true) is [int left, int top, int width and > 0, int height and > 0]
            ? new PixelBox(left, top, width, height)
            : null;

    private static PixelBox Union(PixelBox one, PixelBox other)
    {
        var (x, y) = (Math.Min(one.X, other.X), Math.Min(one.Y, other.Y));
        return new PixelBox(
            x, y, Math.Max(one.X + one.Width, other.X + other.Width) - x, Math.Max(one.Y + one.Height, other.Y + other.Height) - y);
    }
}
