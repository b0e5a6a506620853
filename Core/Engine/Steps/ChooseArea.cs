using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Steps;

/// <summary>Finds which part of the upright picture <c>crop</c> and <c>trim</c> leave, and plans the transform anew for it.</summary>
internal static class ChooseArea
{
    /// <param name="image">As stored; an animation as a roll of frames.</param>
    /// <param name="operations">Canonical.</param>
    /// <param name="animated">Whether the output keeps all frames.</param>
    /// <param name="run">Is narrowed.</param>
    /// <returns>The image; in memory where it had to be looked at.</returns>
    public static Image Apply(Image image, CanonicalOperations operations, bool animated, TransformRun run)
    {
        var upright = run.Header.Upright;
        var whole = new PixelBox(0, 0, upright.Width, upright.Height);
        var area = operations.Operations.Crop is { } crop ? new PixelBox((int)crop.X, (int)crop.Y, (int)crop.Width, (int)crop.Height) : whole;
        if (operations.Operations.Trim is not { } tolerance)
        {
            run.Narrow(area, run.Plan);
            return image;
        }

        // Read twice: to look for borders and to make the variant.
        image = run.Settle(image);
        var left = Within(image, area, tolerance, animated, run);
        run.Narrow(left, TransformPlan.OfArea(operations, new PixelSize(left.Width, left.Height), Focal(operations.Operations, area, left)));
        return image;
    }

    private static PixelBox Within(Image image, PixelBox area, double tolerance, bool animated, TransformRun run)
    {
        var frames = animated ? run.Header.Frames : 1;
        var seen = new Image[frames];
        for (var frame = 0; frame < frames; frame++)
        {
            var picture = animated ? run.Keep(image.Crop(0, frame * run.Header.Height, run.Header.Width, run.Header.Height)) : image;
            var upright = Orient.Upright(picture, run);
            seen[frame] = ConvertColour.Apply(run.Keep(upright.Crop(area.X, area.Y, area.Width, area.Height)), run);
        }

        var roll = run.Settle(frames == 1 ? seen[0] : run.Keep(Image.Arrayjoin(seen, across: 1)));
        var found = FindBorders.Find(roll, area.Height, tolerance);
        return found with { X = found.X + area.X, Y = found.Y + area.Y };
    }

    /// <summary>The focal point, told of the area before trimming, in what is left of it.</summary>
    private static FocalPoint Focal(ImageOperations operations, PixelBox area, PixelBox left)
    {
        var turn = Turn.Of(operations);
        var (x1, y1) = turn.Move((left.X - area.X) / (double)area.Width, (left.Y - area.Y) / (double)area.Height);
        var (x2, y2) = turn.Move((left.X + left.Width - area.X) / (double)area.Width, (left.Y + left.Height - area.Y) / (double)area.Height);
        return new FocalPoint(Inside(operations.FocalX ?? 0.5, x1, x2), Inside(operations.FocalY ?? 0.5, y1, y2));

        static double Inside(double focal, double one, double other) =>
            Math.Clamp((focal - Math.Min(one, other)) / Math.Abs(other - one), 0, 1);
    }
}
