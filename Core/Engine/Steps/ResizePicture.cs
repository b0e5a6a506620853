using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Scales the whole picture; Lanczos, with alpha premultiplied so that hidden colours do not bleed into edges.</summary>
internal static class ResizePicture
{
    /// <param name="image">As stored, before it is turned.</param>
    /// <param name="run">Plan and header.</param>
    public static Image Apply(Image image, TransformRun run)
    {
        var target = run.Plan.Resized;
        var sideways = (run.Header.Orientation >= 5) ^ (run.Operations.Rotation is 90 or 270);
        var (width, height) = sideways ? (target.Height, target.Width) : (target.Width, target.Height);
        if (image.Width == width && image.Height == height)
            return image;

        var horizontally = (double)width / image.Width;
        var vertically = (double)height / image.Height;
        if (!image.HasAlpha())
            return run.Keep(image.Resize(horizontally, vscale: vertically));

        using var premultiplied = image.Premultiply();
        using var resized = premultiplied.Resize(horizontally, vscale: vertically);
        using var plain = resized.Unpremultiply();
        return run.Keep(plain.Cast(image.Format));
    }
}
