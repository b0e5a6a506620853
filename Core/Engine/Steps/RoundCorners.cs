using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Makes the corners of a finished picture transparent outside a quarter circle, with antialiased edges.</summary>
internal static class RoundCorners
{
    private const double Opaque = 255;

    /// <param name="image">With alpha.</param>
    /// <param name="run">Its operations tell the radius; it ends at half the shorter side.</param>
    public static Image Apply(Image image, TransformRun run)
    {
        if (run.Operations.Round is not { } round)
            return image;
        image = run.Settle(image);
        using var mask = Mask(image.Width, image.Height, Math.Min(round.Px, Math.Min(image.Width, image.Height) / 2.0));
        using var colour = image.ExtractBand(0, n: image.Bands - 1);
        using var alpha = image.ExtractBand(image.Bands - 1);
        using var product = alpha * mask;
        using var scaled = product * (1 / Opaque);
        using var rounded = scaled.Rint();
        using var visible = rounded.Cast(Enums.BandFormat.Uchar);
        return run.Keep(colour.Bandjoin(visible));
    }

    private static Image Mask(int width, int height, double radius)
    {
        using var corner = Corner(radius);
        using var right = corner.FlipHor();
        using var lower = corner.FlipVer();
        using var lowerRight = right.FlipVer();
        using var empty = Image.Black(width, height);
        using var full = empty.Linear([0], [Opaque], uchar: true);
        var (x, y) = (width - corner.Width, height - corner.Height);
        using var one = full.Insert(corner, 0, 0);
        using var two = one.Insert(right, x, 0);
        using var three = two.Insert(lower, 0, y);
        using var four = three.Insert(lowerRight, x, y);
        return four.CopyMemory();
    }

    // A pixel is covered by as much as its middle lies inside the circle, within half a pixel of the edge.
    private static Image Corner(double radius)
    {
        var side = (int)Math.Ceiling(radius);
        var pixels = new byte[side * side];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var distance = double.Hypot(radius - x - 0.5, radius - y - 0.5);
                pixels[(y * side) + x] = (byte)Math.Round(Math.Clamp(radius - distance + 0.5, 0, 1) * Opaque);
            }
        }

        return Image.NewFromMemoryCopy(pixels, side, side, 1, Enums.BandFormat.Uchar);
    }
}
