namespace ImageService.Core.Engine.Colour;

/// <summary>
/// Brings high dynamic range onto a screen without it: light up to a page's white is darkened alike, what is brighter is bent towards white. The reference
/// operator
/// of SMPTE ST 2094-50, annex C, as browsers draw such pictures.
/// </summary>
internal static class ToneCurve
{
    private const double Kappa = 0.65;
    private const double ReferencePeak = 1000 / TransferCurve.PaperWhite;

    /// <summary>The factor for a pixel, by the largest of its three values (BT.2020, 1 is a page's white).</summary>
    /// <param name="light">That value, 0 or more.</param>
    /// <param name="peak">The picture's brightest light, above 1.</param>
    public static double Gain(double light, double peak)
    {
        var white = 1 - (0.5 * Math.Min(Math.Log2(peak) / Math.Log2(ReferencePeak), 1));
        if (light <= 1)
            return white;
        if (light >= peak)
            return 1 / light;

        // A quadratic Bézier curve from (1, white) to (peak, 1).
        var (middleX, middleY) = (1 - Kappa + (Kappa / white), ((1 - Kappa) * white) + Kappa);
        var (ax, bx) = (1 - (2 * middleX) + peak, 2 * (middleX - 1));
        var (ay, by) = (white - (2 * middleY) + 1, 2 * (middleY - white));
        var t = Math.Abs(ax) < 1e-9 ? (light - 1) / bx : (Math.Sqrt((bx * bx) + (4 * ax * (light - 1))) - bx) / (2 * ax);
        return (white + (t * (by + (t * ay)))) / light;
    }
}
