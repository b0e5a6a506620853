using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Replaces blocks of pixels by their mean; the last block of a row or column may be cut.</summary>
internal static class Pixelate
{
    public static Image Apply(Image image, TransformRun run)
    {
        if (run.Operations.Pixelate is not { } block)
            return image;
        var alpha = image.HasAlpha();
        var picture = alpha ? run.Keep(image.Premultiply()) : image;
        var side = Math.Min(block, Math.Max(image.Width, image.Height));
        picture = run.Keep(picture.Shrink(side, side, ceil: true));
        picture = run.Settle(picture);
        picture = run.Keep(picture.Zoom(side, side));
        picture = run.Keep(picture.Crop(0, 0, image.Width, image.Height));
        if (alpha)
            picture = run.Keep(picture.Unpremultiply());
        return picture.Format == Enums.BandFormat.Uchar ? picture : run.Keep(picture.Cast(Enums.BandFormat.Uchar));
    }
}
