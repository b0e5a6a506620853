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
        using var apart = seen.Linear(1, [.. colour.Select(channel => -channel)]);
        using var difference = apart.Abs();
        using var unlike = Unlike(difference, tolerance / Percent * FullRange);
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

    private static Image Unlike(Image difference, double threshold)
    {
        using var exceeds = difference.Relational(Enums.OperationRelational.More, threshold);
        return exceeds.Bandor();
    }

    private static PixelBox? Bounds(Image mask)
    {
        using var columns = mask.Project(out var rows);
        using (rows)
        {
            var (left, right) = Ends(columns, columns.Width);
            var (top, bottom) = Ends(rows, rows.Height);
            return right < left ? null : new PixelBox(left, top, right - left + 1, bottom - top + 1);
        }
    }

    private static (int First, int Last) Ends(Image sums, int length)
    {
        var values = sums.WriteToMemory<uint>();
        return (Array.FindIndex(values, 0, length, sum => sum > 0), Array.FindLastIndex(values, length - 1, length, sum => sum > 0));
    }

    private static PixelBox Union(PixelBox one, PixelBox other)
    {
        var (x, y) = (Math.Min(one.X, other.X), Math.Min(one.Y, other.Y));
        return new PixelBox(
            x, y, Math.Max(one.X + one.Width, other.X + other.Width) - x, Math.Max(one.Y + one.Height, other.Y + other.Height) - y);
    }
}
