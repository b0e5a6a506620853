using ImageService.Core.Engine.Colour;
using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>
/// Makes pixels sRGB whose colours are said by code points, gamma and chromaticities: to light, to sRGB's primaries, to 8 bits. High dynamic range is tone
/// mapped.
/// </summary>
internal static class ConvertSignal
{
    private const int Steps = ushort.MaxValue + 1;

    /// <param name="image">RGB or grey of 8 or 16 bits, with or without alpha.</param>
    /// <param name="signal">What its values mean.</param>
    /// <param name="run">Owner of what is made.</param>
    /// <returns>8 bit sRGB, three bands or four.</returns>
    public static Image Apply(Image image, ColourSignal signal, TransformRun run)
    {
        var isDeep = image.Format == Enums.BandFormat.Ushort;
        var alpha = image.HasAlpha() ? run.Keep(image.ExtractBand(image.Bands - 1)) : null;
        var colours = image.Bands >= 3 ? run.Keep(image.ExtractBand(0, n: 3)) : ThreeTimes(run.Keep(image.ExtractBand(0)), run);
        var light = ToLight(colours, signal, isDeep ? Steps : byte.MaxValue + 1, run);
        if (signal.Curve.IsHighRange)
            light = MapTones(light, signal, run);
        else if (signal.Primaries != Primaries.Srgb)
            light = Recombine(light, signal.Primaries.To(Primaries.Srgb), run);
        var srgb = run.Keep(ToBytes(light, run).Copy(interpretation: Enums.Interpretation.Srgb));
        if (alpha is null)
            return srgb;
        if (isDeep)
            alpha = run.Keep(Scaled(alpha, 1 / 257.0, run).Cast(Enums.BandFormat.Uchar));
        return run.Keep(srgb.Bandjoin(alpha));
    }

    private static Image ThreeTimes(Image band, TransformRun run) => run.Keep(band.Bandjoin(band, band));

    private static Image ToLight(Image colours, ColourSignal signal, int steps, TransformRun run)
    {
        var table = new float[steps];
        for (var i = 0; i < steps; i++)
            table[i] = (float)signal.Curve.ToLight(i / (steps - 1.0));
        return run.Keep(colours.Maplut(Table(table, run)));
    }

    private static Image MapTones(Image light, ColourSignal signal, TransformRun run)
    {
        if (signal.Curve is HlgCurve)
        {
            // From the scene's light to the screen's.
            var luminance = Recombine(light, signal.Primaries.Luminance(), run);
            var factor = run.Keep(run.Keep(luminance.Pow(HlgCurve.SystemGamma - 1)) * HlgCurve.PeakLight);
            light = run.Keep(light * factor);
        }

        light = Recombine(light, signal.Primaries.To(Primaries.Bt2020), run);
        var largest = run.Keep(run.Keep(light.ExtractBand(0)).Maxpair(run.Keep(light.ExtractBand(1))));
        largest = run.Keep(largest.Maxpair(run.Keep(light.ExtractBand(2))));

        // Gains change slowly: 65536 of them over the whole range of light are enough.
        const double brightest = 10_000 / TransferCurve.PaperWhite;
        var gains = new float[Steps];
        for (var i = 0; i < Steps; i++)
            gains[i] = (float)ToneCurve.Gain(i * brightest / (Steps - 1), signal.Peak);
        var index = run.Keep(Scaled(largest, (Steps - 1) / brightest, run).Cast(Enums.BandFormat.Ushort));
        var mapped = run.Keep(light * run.Keep(index.Maplut(Table(gains, run))));
        return Recombine(mapped, Primaries.Bt2020.To(Primaries.Srgb), run);
    }

    private static Image ToBytes(Image light, TransformRun run)
    {
        var table = new byte[Steps];
        for (var i = 0; i < Steps; i++)
            table[i] = (byte)Math.Round(TransferCurve.ToSrgb(i / (Steps - 1.0)) * byte.MaxValue);
        var lut = run.Keep(Image.NewFromMemoryCopy(table, Steps, 1, 1, Enums.BandFormat.Uchar));
        var index = run.Keep(Scaled(light, Steps - 1, run).Cast(Enums.BandFormat.Ushort));
        return run.Keep(index.Maplut(lut));
    }

    // Halves are added, for the cast that follows cuts off.
    private static Image Scaled(Image image, double factor, TransformRun run) => run.Keep(image.Linear([factor], [0.5]));

    private static Image Table(float[] values, TransformRun run) =>
        run.Keep(Image.NewFromMemoryCopy(values, values.Length, 1, 1, Enums.BandFormat.Float));

    private static Image Recombine(Image light, double[,] matrix, TransformRun run)
    {
        using var factors = Image.NewFromArray(matrix);
        return run.Keep(light.Recomb(factors));
    }

    private static Image Recombine(Image light, double[] row, TransformRun run) =>
        Recombine(light, new[,] { { row[0], row[1], row[2] } }, run);
}
