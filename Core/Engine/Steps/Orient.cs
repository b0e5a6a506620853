using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>
/// Turns the picture upright by its EXIF orientation, then by <c>r</c>, then mirrors it. Comes after the resize, where it is cheap; the plan accounts for
/// that.
/// </summary>
internal static class Orient
{
    public static Image Apply(Image image, TransformRun run)
    {
        var operations = run.Operations;
        if (run.Header.Orientation == 1 && operations.Rotation is null && !operations.Flip && !operations.Flop)
            return image;

        // Sources are read from top to bottom once; turning reads them in another order.
        image = run.Settle(image);
        image = Upright(image, run);

        // Or an encoder that stores it would turn the picture a second time.
        if (image.Contains("orientation"))
            image = run.Keep(image.Mutate(upright => upright.Remove("orientation")));
        image = operations.Rotation switch
        {
            90 => run.Keep(image.Rot90()),
            180 => run.Keep(image.Rot180()),
            270 => run.Keep(image.Rot270()),
            _ => image,
        };
        if (operations.Flip)
            image = run.Keep(image.FlipHor());
        return operations.Flop ? run.Keep(image.FlipVer()) : image;
    }

    // EXIF 2.32, 4.6.4 tag Orientation: where the first row and the first column of the stored picture are to be seen.
    internal static Image Upright(Image image, TransformRun run) => run.Header.Orientation switch
    {
        2 => run.Keep(image.FlipHor()),
        3 => run.Keep(image.Rot180()),
        4 => run.Keep(image.FlipVer()),
        5 => run.Keep(run.Keep(image.Rot90()).FlipHor()),
        6 => run.Keep(image.Rot90()),
        7 => run.Keep(run.Keep(image.Rot90()).FlipVer()),
        8 => run.Keep(image.Rot270()),
        _ => image,
    };
}
