namespace ImageService.Tests.Core.Engine.SecondReader;

/// <summary>
/// What ImageMagick has no equal of, written down from its definition: in doubles, with the edge's pixels repeated, colours by as much as they show.
/// </summary>
internal static class ByHand
{
    private const double Threshold = 2;
    private const double MostBrighter = 10;
    private const double MostDarker = 20;

    /// <summary>
    /// An unsharp mask in CIELAB lightness: the difference to a Gaussian is added once where it is below 2, twice beyond, and ends at 10 (brighter) and 20
    /// (darker).
    /// </summary>
    public static DrawnPicture Sharpened(DrawnPicture picture, double sigma) => FrameByFrame(picture, (planes, alpha) =>
    {
        var pixels = Enumerable.Range(0, alpha.Length).Select(i => ToLab(planes[0][i], planes[1][i], planes[2][i])).ToArray();
        var soft = Gaussian([.. pixels.Select(static pixel => pixel.L)], picture, sigma);
        var colours = pixels.Select((pixel, i) => ToRgb(pixel.L + Added(pixel.L - soft[i]), pixel.A, pixel.B)).ToArray();
        return ([.. Enumerable.Range(0, 3).Select(band => colours.Select(colour => colour[band]).ToArray())], alpha);
    });

    /// <summary>A Gaussian; ImageMagick's own leaves colours that are not seen shine through at transparent edges.</summary>
    public static DrawnPicture Blurred(DrawnPicture picture, double sigma) => FrameByFrame(
        picture, (planes, alpha) => ([.. planes.Select(plane => Gaussian(plane, picture, sigma))], Gaussian(alpha, picture, sigma)));

    /// <summary>Works on premultiplied planes of one frame at a time, 0 to 255.</summary>
    private static DrawnPicture FrameByFrame(DrawnPicture picture, Func<double[][], double[], (double[][] Planes, double[] Alpha)> work)
    {
        var rgba = new byte[picture.Rgba.Length];
        var size = picture.Width * picture.Height;
        for (var start = 0; start < rgba.Length; start += size * 4)
        {
            var from = start;
            double[][] planes =
                [.. Enumerable.Range(0, 3).Select(band => Enumerable.Range(0, size).Select(i => Seen(picture.Rgba, from + (i * 4), band)).ToArray())];
            var (colours, alpha) = work(planes, [.. Enumerable.Range(0, size).Select(i => (double)picture.Rgba[from + (i * 4) + 3])]);
            for (var i = 0; i < size; i++)
            {
                var at = start + (i * 4);
                for (var band = 0; band < 3; band++)
                    rgba[at + band] = alpha[i] < 0.5 ? (byte)0 : (byte)Math.Clamp(Math.Round(colours[band][i] * 255 / alpha[i]), 0, 255);
                rgba[at + 3] = (byte)Math.Round(alpha[i]);
            }
        }

        return picture with { Rgba = rgba };
    }

    private static double Added(double difference)
    {
        var beyond = Math.Max(0, Math.Abs(difference) - Threshold);
        return Math.Clamp(difference + (Math.Sign(difference) * beyond), -MostDarker, MostBrighter);
    }

    private static double Seen(byte[] rgba, int at, int band) => rgba[at + band] * rgba[at + 3] / 255.0;

    private static double[] Gaussian(double[] plane, DrawnPicture picture, double sigma)
    {
        var (width, height) = (picture.Width, picture.Height);
        var reach = (int)Math.Ceiling(sigma * 4);
        var weights = Enumerable.Range(-reach, (2 * reach) + 1).Select(x => Math.Exp(-x * x / (2 * sigma * sigma))).ToArray();
        var across = Along(plane, (x, y, step) => (y * width) + Math.Clamp(x + step, 0, width - 1));
        return Along(across, (x, y, step) => (Math.Clamp(y + step, 0, height - 1) * width) + x);

        double[] Along(double[] from, Func<int, int, int, int> place) => [.. Enumerable.Range(0, from.Length).Select(
            i => weights.Select((weight, k) => weight * from[place(i % width, i / width, k - reach)]).Sum() / weights.Sum())];
    }

    // sRGB (IEC 61966-2-1) and CIELAB under D65.
    private static (double L, double A, double B) ToLab(double red, double green, double blue)
    {
        var (r, g, b) = (Linear(red), Linear(green), Linear(blue));
        var x = Root(((0.4124 * r) + (0.3576 * g) + (0.1805 * b)) / 0.9505);
        var y = Root((0.2126 * r) + (0.7152 * g) + (0.0722 * b));
        var z = Root(((0.0193 * r) + (0.1192 * g) + (0.9505 * b)) / 1.089);
        return ((116 * y) - 16, 500 * (x - y), 200 * (y - z));
    }

    private static double[] ToRgb(double lightness, double a, double b)
    {
        var y = (lightness + 16) / 116;
        var (fromX, fromY, fromZ) = (0.9505 * Cube(y + (a / 500)), Cube(y), 1.089 * Cube(y - (b / 200)));
        return
        [
            Companded((3.2406 * fromX) - (1.5372 * fromY) - (0.4986 * fromZ)),
            Companded((-0.9689 * fromX) + (1.8758 * fromY) + (0.0415 * fromZ)),
            Companded((0.0557 * fromX) - (0.204 * fromY) + (1.057 * fromZ)),
        ];
    }

    private static double Linear(double value) => value / 255 is var v && v <= 0.04045 ? v / 12.92 : Math.Pow((v + 0.055) / 1.055, 2.4);

    private static double Companded(double value) =>
        255 * Math.Clamp(value <= 0.0031308 ? 12.92 * value : (1.055 * Math.Pow(value, 1 / 2.4)) - 0.055, 0, 1);

    private static double Root(double value) => value > 216.0 / 24389 ? Math.Cbrt(value) : ((24389.0 / 27 * value) + 16) / 116;

    private static double Cube(double value) => value > 6.0 / 29 ? value * value * value : ((116 * value) - 16) * 27 / 24389;
}
