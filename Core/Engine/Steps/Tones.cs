using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Brightness, contrast, saturation and gamma, then tint and duotone; transparency stays as it is.</summary>
internal static class Tones
{
    private const int Levels = 256;
    private const double White = 255;
    private const double Percent = 100;

    public static Image Apply(Image image, TransformRun run)
    {
        var operations = run.Operations;
        if (operations is { Brightness: null, Contrast: null, Saturation: null, Gamma: null, Tint: null, Duotone: null })
            return image;

        var (picture, alpha) = Split(image, run);
        picture = Curve(picture, run, value => Contrast(Brightness(value, operations), operations), operations.Brightness ?? operations.Contrast);
        if (operations.Saturation is { } saturation)
            picture = Saturated(picture, saturation / Percent, run);
        picture = Curve(picture, run, value => Math.Pow(value, 1 / (operations.Gamma ?? 1)), operations.Gamma);
        if (operations.Tint is { } tint)
            picture = Tinted(picture, tint, run);
        if (operations.Duotone is { } duotone)
            picture = Mapped(picture, duotone, run);
        return alpha is null ? picture : run.Keep(picture.Bandjoin(alpha));
    }

    private static (Image Picture, Image? Alpha) Split(Image image, TransformRun run)
    {
        if (!image.HasAlpha())
            return (image, null);

        // Read twice from here on.
        image = run.Settle(image);
        return (run.Keep(image.ExtractBand(0, n: image.Bands - 1)), run.Keep(image.ExtractBand(image.Bands - 1)));
    }

    // Filter Effects Module Level 1, sections 6.3 and 6.5; results end at black and white, as each of CSS's filters does.
    private static double Brightness(double value, ImageOperations operations) => Math.Clamp(value * (operations.Brightness ?? Percent) / Percent, 0, 1);

    private static double Contrast(double value, ImageOperations operations) => ((value - 0.5) * (operations.Contrast ?? Percent) / Percent) + 0.5;

    private static Image Curve(Image image, TransformRun run, Func<double, double> curve, double? said)
    {
        if (said is null)
            return image;
        var levels = new byte[Levels];
        for (var level = 0; level < Levels; level++)
            levels[level] = ToByte(curve(level / White) * White);
        return run.Keep(image.Maplut(Lut(levels, 1, run)));
    }

    // Filter Effects Module Level 1, section 6.4 (the matrix of feColorMatrix type saturate).
    private static Image Saturated(Image image, double s, TransformRun run)
    {
        using var matrix = Image.NewFromArray(new[,]
        {
            { 0.213 + (0.787 * s), 0.715 - (0.715 * s), 0.072 - (0.072 * s) },
            { 0.213 - (0.213 * s), 0.715 + (0.285 * s), 0.072 - (0.072 * s) },
            { 0.213 - (0.213 * s), 0.715 - (0.715 * s), 0.072 + (0.928 * s) },
        });
        using var mixed = image.Recomb(matrix);
        using var rounded = mixed.Rint();
        using var ended = rounded.Cast(Enums.BandFormat.Uchar);
        return run.Keep(ended.Copy(interpretation: Enums.Interpretation.Srgb));
    }

    private static Image Tinted(Image image, Rgba tint, TransformRun run)
    {
        using var black = Image.Black(1, 1, bands: 3);
        using var dot = black.Linear([0, 0, 0], [tint.Red, tint.Green, tint.Blue]);
        using var colour = dot.Copy(interpretation: Enums.Interpretation.Srgb);
        using var lab = colour.Colourspace(Enums.Interpretation.Lab);
        var ab = lab.Getpoint(0, 0);
        using var picture = image.Colourspace(Enums.Interpretation.Lab);
        using var replaced = picture.Linear([1, 0, 0], [0, ab[1], ab[2]]);
        using var named = replaced.Copy(interpretation: Enums.Interpretation.Lab);
        using var back = named.Colourspace(Enums.Interpretation.Srgb);
        return run.Keep(back.Cast(Enums.BandFormat.Uchar));
    }

    private static Image Mapped(Image image, Duotone duotone, TransformRun run)
    {
        var levels = new byte[Levels * 3];
        for (var level = 0; level < Levels; level++)
        {
            var share = level / White;
            levels[level * 3] = ToByte(duotone.Dark.Red + ((duotone.Light.Red - duotone.Dark.Red) * share));
            levels[(level * 3) + 1] = ToByte(duotone.Dark.Green + ((duotone.Light.Green - duotone.Dark.Green) * share));
            levels[(level * 3) + 2] = ToByte(duotone.Dark.Blue + ((duotone.Light.Blue - duotone.Dark.Blue) * share));
        }

        using var grey = image.Colourspace(Enums.Interpretation.Bw);
        using var coloured = grey.Maplut(Lut(levels, 3, run));
        return run.Keep(coloured.Copy(interpretation: Enums.Interpretation.Srgb));
    }

    private static Image Lut(byte[] levels, int bands, TransformRun run) =>
        run.Keep(Image.NewFromMemoryCopy(levels, Levels, 1, bands, Enums.BandFormat.Uchar));

    private static byte ToByte(double value) => (byte)Math.Clamp(Math.Round(value, MidpointRounding.AwayFromZero), 0, White);
}
