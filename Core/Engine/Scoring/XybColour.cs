namespace ImageService.Core.Engine.Scoring;

/// <summary>XYB, the colour space of JPEG XL (ISO/IEC 18181-1, annex L), moved and scaled so that each component lies within 0 and 1.</summary>
internal static class XybColour
{
    private const float Bias = 0.0037930732552754493f;
    private static readonly float BiasRoot = MathF.Cbrt(Bias);
    private static readonly float[] FromSrgb = [.. Enumerable.Range(0, 256).Select(static value => (float)Linear(value / 255.0))];

    /// <summary>Light of 8 bit sRGB, 0 to 1.</summary>
    public static Planes Linear(ReadOnlySpan<byte> rgb, int width, int height)
    {
        var planes = new Planes(width, height);
        var (red, green, blue) = (planes[0], planes[1], planes[2]);
        for (var i = 0; i < red.Length; i++)
        {
            red[i] = FromSrgb[rgb[i * 3]];
            green[i] = FromSrgb[rgb[(i * 3) + 1]];
            blue[i] = FromSrgb[rgb[(i * 3) + 2]];
        }

        return planes;
    }

    /// <summary>The same in XYB.</summary>
    public static Planes Of(Planes light)
    {
        var planes = new Planes(light.Width, light.Height);
        var (red, green, blue) = (light[0], light[1], light[2]);
        var (xs, ys, bs) = (planes[0], planes[1], planes[2]);
        for (var i = 0; i < red.Length; i++)
        {
            var (r, g, b) = (red[i], green[i], blue[i]);
            var l = Root((0.30f * r) + (0.622f * g) + (0.078f * b));
            var m = Root((0.23f * r) + (0.692f * g) + (0.078f * b));
            var s = Root((0.24342268924547819f * r) + (0.20476744424496821f * g) + (0.55180986650955360f * b));
            var y = (l + m) * 0.5f;
            xs[i] = ((l - m) * 0.5f * 14) + 0.42f;
            ys[i] = y + 0.01f;
            bs[i] = s - y + 0.55f;
        }

        return planes;
    }

    private static float Root(float mixed) => MathF.Cbrt(Math.Max(0, mixed + Bias)) - BiasRoot;

    // IEC 61966-2-1.
    private static double Linear(double value) => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
}
