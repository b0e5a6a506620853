namespace ImageService.Core.Engine.Previews;

/// <summary>
/// ThumbHash (https://evanw.github.io/thumbhash): luminance, two colour axes and alpha as cosine terms, four bits each; keeps proportions and transparency.
/// </summary>
internal static class ThumbHash
{
    /// <summary>The hash in base64.</summary>
    /// <param name="rgba">Four bytes a pixel, row by row.</param>
    /// <param name="width">px, at most 100.</param>
    /// <param name="height">px, at most 100.</param>
    public static string Encode(ReadOnlySpan<byte> rgba, int width, int height)
    {
        var planes = Planes.Of(rgba, width * height);
        var most = planes.HasAlpha ? 5 : 7;
        var longest = Math.Max(width, height);
        var across = Math.Max(1, Round(most * (double)width / longest));
        var down = Math.Max(1, Round(most * (double)height / longest));
        var luminance = Channel.Of(planes.Luminance, width, height, Math.Max(3, across), Math.Max(3, down));
        var yellowBlue = Channel.Of(planes.YellowBlue, width, height, 3, 3);
        var redGreen = Channel.Of(planes.RedGreen, width, height, 3, 3);
        var landscape = width > height;

        var head = Round(63 * luminance.Mean) | (Round(31.5 + (31.5 * yellowBlue.Mean)) << 6) | (Round(31.5 + (31.5 * redGreen.Mean)) << 12)
            | (Round(31 * luminance.Scale) << 18) | (planes.HasAlpha ? 1 << 23 : 0);
        var shape = (landscape ? down : across) | (Round(63 * yellowBlue.Scale) << 3) | (Round(63 * redGreen.Scale) << 9) | (landscape ? 1 << 15 : 0);
        var hash = new List<byte> { (byte)head, (byte)(head >> 8), (byte)(head >> 16), (byte)shape, (byte)(shape >> 8) };
        IEnumerable<double> terms = [.. luminance.Terms, .. yellowBlue.Terms, .. redGreen.Terms];
        if (planes.HasAlpha)
        {
            var alpha = Channel.Of(planes.Alpha, width, height, 5, 5);
            hash.Add((byte)(Round(15 * alpha.Mean) | (Round(15 * alpha.Scale) << 4)));
            terms = terms.Concat(alpha.Terms);
        }

        foreach (var pair in terms.Chunk(2))
            hash.Add((byte)(Round(15 * pair[0]) | (pair.Length > 1 ? Round(15 * pair[1]) << 4 : 0)));
        return Convert.ToBase64String(hash.ToArray());
    }

    private static int Round(double value) => (int)Math.Floor(value + 0.5);

    private sealed record Planes
    {
        public required double[] Luminance { get; init; }

        public required double[] YellowBlue { get; init; }

        public required double[] RedGreen { get; init; }

        public required double[] Alpha { get; init; }

        public required bool HasAlpha { get; init; }

        // Transparent pixels take the mean colour, so that what nobody sees does not matter.
        public static Planes Of(ReadOnlySpan<byte> rgba, int count)
        {
            var (r, g, b, a) = (0.0, 0.0, 0.0, 0.0);
            for (var i = 0; i < count; i++)
            {
                var alpha = rgba[(i * 4) + 3] / 255.0;
                r += alpha * rgba[i * 4] / 255;
                g += alpha * rgba[(i * 4) + 1] / 255;
                b += alpha * rgba[(i * 4) + 2] / 255;
                a += alpha;
            }

            if (a > 0)
                (r, g, b) = (r / a, g / a, b / a);
            var planes = new Planes
            {
                Luminance = new double[count],
                YellowBlue = new double[count],
                RedGreen = new double[count],
                Alpha = new double[count],
                HasAlpha = a < count - 1e-6,
            };
            for (var i = 0; i < count; i++)
            {
                var alpha = rgba[(i * 4) + 3] / 255.0;
                var red = (r * (1 - alpha)) + (alpha * rgba[i * 4] / 255);
                var green = (g * (1 - alpha)) + (alpha * rgba[(i * 4) + 1] / 255);
                var blue = (b * (1 - alpha)) + (alpha * rgba[(i * 4) + 2] / 255);
                planes.Luminance[i] = (red + green + blue) / 3;
                planes.YellowBlue[i] = ((red + green) / 2) - blue;
                planes.RedGreen[i] = red - green;
                planes.Alpha[i] = alpha;
            }

            return planes;
        }
    }

    /// <summary>Mean, the other terms scaled to 0..1, and what they were scaled by.</summary>
    private sealed record Channel(double Mean, double[] Terms, double Scale)
    {
        public static Channel Of(double[] plane, int width, int height, int across, int down)
        {
            var mean = 0.0;
            var terms = new List<double>();
            for (var y = 0; y < down; y++)
            {
                // A triangle of terms: fine detail in one direction only with coarse in the other.
                for (var x = 0; x * down < across * (down - y); x++)
                {
                    var term = Term(plane, width, height, x, y);
                    if (x == 0 && y == 0)
                        mean = term;
                    else
                        terms.Add(term);
                }
            }

            var scale = terms.Max(Math.Abs);
            return new Channel(mean, [.. terms.Select(term => scale > 0 ? 0.5 + (0.5 / scale * term) : 0)], scale);
        }

        private static double Term(double[] plane, int width, int height, int across, int down)
        {
            var sum = 0.0;
            for (var y = 0; y < height; y++)
            {
                var vertical = Math.Cos(Math.PI / height * down * (y + 0.5));
                for (var x = 0; x < width; x++)
                    sum += plane[(y * width) + x] * Math.Cos(Math.PI / width * across * (x + 0.5)) * vertical;
            }

            return sum / (width * height);
        }
    }
}
