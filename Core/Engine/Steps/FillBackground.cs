using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>
/// Fills transparency and the margins of <c>pad</c> and <c>contain</c> with <c>b</c>; without it with white where the format has no alpha, else with
/// nothing.
/// </summary>
internal static class FillBackground
{
    private static readonly Rgba White = new(255, 255, 255, 255);

    public static Image Apply(Image image, TransformRun run)
    {
        var background = run.Operations.Background ?? (run.Format.HasAlpha() ? default : White);
        if (!run.Format.HasAlpha())
            background = OnWhite(background);

        if (run.Operations.Pad is not null || run.Operations.Round is not null)
            return Framed(image, background, run);
        if (image.HasAlpha() && background.Alpha > 0)
            image = background.Alpha == 255 ? Flatten(image, background, run) : Over(image, background, run);
        if (!run.Plan.HasMargins)
            return image;

        if (background.Alpha < 255 && !image.HasAlpha())
            image = run.Keep(image.AddAlpha());
        double[] fill = image.HasAlpha()
            ? [background.Red, background.Green, background.Blue, background.Alpha]
            : [background.Red, background.Green, background.Blue];
        var (canvas, offset) = (run.Plan.Canvas, run.Plan.Offset);
        return run.Keep(image.Embed(offset.X, offset.Y, canvas.Width, canvas.Height, extend: Enums.Extend.Background, background: fill));
    }

    /// <summary>Canvas and space around as transparent pixels, corners taken off, then the colour behind it all.</summary>
    private static Image Framed(Image image, Rgba background, TransformRun run)
    {
        if (!image.HasAlpha())
            image = run.Keep(image.AddAlpha());
        var (output, offset, pad) = (run.Plan.Output, run.Plan.Offset, run.Plan.Pad);
        if (output.Width != image.Width || output.Height != image.Height)
        {
            image = run.Keep(image.Embed(
                offset.X + pad.Left, offset.Y + pad.Top, output.Width, output.Height, extend: Enums.Extend.Background, background: [0, 0, 0, 0]));
        }

        image = RoundCorners.Apply(image, run);
        return background.Alpha switch
        {
            255 => Flatten(image, background, run),
            0 => image,
            _ => Over(image, background, run),
        };
    }

    private static Image Flatten(Image image, Rgba background, TransformRun run) =>
        run.Keep(image.Flatten(background: [background.Red, background.Green, background.Blue]));

    private static Image Over(Image image, Rgba background, TransformRun run)
    {
        using var black = Image.Black(image.Width, image.Height, bands: 4);
        using var colour = black.Linear([0, 0, 0, 0], [background.Red, background.Green, background.Blue, background.Alpha], uchar: true);
        using var ground = colour.Copy(interpretation: Enums.Interpretation.Srgb);
        using var composed = ground.Composite2(image, Enums.BlendMode.Over);
        return run.Keep(composed.Cast(Enums.BandFormat.Uchar));
    }

    private static Rgba OnWhite(Rgba colour)
    {
        return new Rgba(Mix(colour.Red), Mix(colour.Green), Mix(colour.Blue), 255);

        byte Mix(byte channel) => (byte)Math.Round(((channel * colour.Alpha) + (255 * (255 - colour.Alpha))) / 255.0);
    }
}
