using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Takes the planned part out of the resized, upright picture.</summary>
internal static class CropPicture
{
    public static Image Apply(Image image, TransformRun run)
    {
        if (!run.Plan.IsCropped)
            return image;
        if (run.Plan.SmartCrop)
        {
            // The picture is read twice: to look at it and to crop it.
            image = run.Settle(image);
            run.SmartBox ??= Find(image, run.Plan.Crop);
        }

        var box = run.SmartBox ?? run.Plan.Crop;
        return run.Keep(image.Crop(box.X, box.Y, box.Width, box.Height));
    }

    // libvips looks for skin, saturation and edges and tells the most interesting point.
    private static PixelBox Find(Image image, PixelBox box)
    {
        using var ignored = image.Smartcrop(box.Width, box.Height, out int x, out int y, interesting: Enums.Interesting.Attention);
        return box with
        {
            X = Math.Clamp(x - (box.Width / 2), 0, image.Width - box.Width),
            Y = Math.Clamp(y - (box.Height / 2), 0, image.Height - box.Height),
        };
    }
}
