namespace ImageService.Core.Operations;

/// <summary>
/// Rotation and mirrors in their one form. Sixteen combinations of <c>r</c>, <c>flip</c> and <c>flop</c> give eight pictures:
/// both mirrors are a half turn, and a half turn with one mirror is the other mirror.
/// </summary>
/// <param name="Degrees">Clockwise: 0, 90, 180 or 270; 0 or 90 where a mirror is set.</param>
/// <param name="Flip">Mirrored left to right, after the rotation.</param>
/// <param name="Flop">Mirrored top to bottom, after the rotation. Never set together with <paramref name="Flip"/>.</param>
internal readonly record struct Turn(int Degrees, bool Flip, bool Flop)
{
    public bool SwapsSides => Degrees is 90 or 270;

    public static Turn Of(ImageOperations operations)
    {
        var degrees = operations.Rotation ?? 0;
        if (operations.Flip == operations.Flop)
            return new Turn(operations.Flip ? (degrees + 180) % 360 : degrees, false, false);
        return degrees >= 180 ? new Turn(degrees - 180, operations.Flop, operations.Flip) : new Turn(degrees, operations.Flip, operations.Flop);
    }

    /// <summary>Where a point of the upright original (fractions from the left and the top) comes to lie.</summary>
    public (double X, double Y) Move(double x, double y)
    {
        (x, y) = Degrees switch
        {
            90 => (1 - y, x),
            180 => (1 - x, 1 - y),
            270 => (y, 1 - x),
            _ => (x, y),
        };
        return (Flip ? 1 - x : x, Flop ? 1 - y : y);
    }
}
