using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Takes what <c>crop</c> and <c>trim</c> leave, before anything is resized or turned.</summary>
internal static class TakeArea
{
    /// <param name="image">As stored.</param>
    /// <param name="run">Its area is of the upright picture.</param>
    public static Image Apply(Image image, TransformRun run)
    {
        if (run.Area is not { } area)
            return image;
        var box = Stored(area, run.Header.Upright, run.Header.Orientation);
        return run.Keep(image.Crop(box.X, box.Y, box.Width, box.Height));
    }

    /// <summary>Where a box of the upright picture lies in the stored one (EXIF 2.32, 4.6.4 tag Orientation).</summary>
    /// <param name="box">Of the upright picture.</param>
    /// <param name="upright">Size of the upright picture.</param>
    /// <param name="orientation">1 to 8.</param>
    public static PixelBox Stored(PixelBox box, PixelSize upright, int orientation)
    {
        var fromRight = upright.Width - box.X - box.Width;
        var fromBottom = upright.Height - box.Y - box.Height;
        return orientation switch
        {
            2 => box with { X = fromRight },
            3 => box with { X = fromRight, Y = fromBottom },
            4 => box with { Y = fromBottom },
            5 => new PixelBox(box.Y, box.X, box.Height, box.Width),
            6 => new PixelBox(box.Y, fromRight, box.Height, box.Width),
            7 => new PixelBox(fromBottom, fromRight, box.Height, box.Width),
            8 => new PixelBox(fromBottom, box.X, box.Height, box.Width),
            _ => box,
        };
    }
}
