namespace ImageService.Core.Operations;

/// <summary>The gravity that makes a difference, with the focal point's coordinates where they do; all null where nothing is cropped or placed.</summary>
internal readonly record struct CanonicalPosition(Gravity? Gravity, double? FocalX, double? FocalY)
{
    private const double Centre = 0.5;

    public static CanonicalPosition Of(ImageOperations operations, CanonicalGeometry geometry, Turn turn, SourceFacts source)
    {
        if (!geometry.GravityX && !geometry.GravityY)
            return default;
        var gravity = operations.Gravity ?? Operations.Gravity.Center;
        if (gravity is not (Operations.Gravity.Smart or Operations.Gravity.Focal))
            return new CanonicalPosition(Along(gravity, geometry.GravityX, geometry.GravityY), null, null);

        // A canvas shows the whole picture: there is nothing to choose by its content.
        if (geometry.Fit == Fit.Pad)
            return new CanonicalPosition(Operations.Gravity.Center, null, null);
        return gravity == Operations.Gravity.Smart ? new CanonicalPosition(gravity, null, null) : Focal(operations, geometry, turn, source);
    }

    private static CanonicalPosition Focal(ImageOperations operations, CanonicalGeometry geometry, Turn turn, SourceFacts source)
    {
        var (x, y) = turn.Move(source.FocalX ?? Centre, source.FocalY ?? Centre);
        var (ownX, ownY) = (geometry.GravityX ? Rounded(x) : Centre, geometry.GravityY ? Rounded(y) : Centre);
        var focalX = geometry.GravityX && operations.FocalX is { } askedX ? Rounded(askedX) : ownX;
        var focalY = geometry.GravityY && operations.FocalY is { } askedY ? Rounded(askedY) : ownY;
        return focalX == Centre && focalY == Centre
            ? new CanonicalPosition(Operations.Gravity.Center, null, null)
            : new CanonicalPosition(Operations.Gravity.Focal, Said(focalX, ownX), Said(focalY, ownY));
    }

    /// <summary>The centre goes without saying, but where the original's own point would come to stand for it.</summary>
    private static double? Said(double value, double own) => value == Centre && own == Centre ? null : value;

    private static double Rounded(double value) =>
        Math.Round(Math.Clamp(value, 0, 1), OperationsGrammar.FocalDecimals, MidpointRounding.AwayFromZero);

    /// <summary>The gravity without the direction in which there is no room: <c>northeast</c> of a crop at left and right is <c>east</c>.</summary>
    private static Gravity Along(Gravity gravity, bool horizontally, bool vertically)
    {
        var x = !horizontally ? 0 : gravity switch
        {
            Operations.Gravity.West or Operations.Gravity.Northwest or Operations.Gravity.Southwest => -1,
            Operations.Gravity.East or Operations.Gravity.Northeast or Operations.Gravity.Southeast => 1,
            _ => 0,
        };
        var y = !vertically ? 0 : gravity switch
        {
            Operations.Gravity.North or Operations.Gravity.Northeast or Operations.Gravity.Northwest => -1,
            Operations.Gravity.South or Operations.Gravity.Southeast or Operations.Gravity.Southwest => 1,
            _ => 0,
        };
        return (x, y) switch
        {
            (-1, -1) => Operations.Gravity.Northwest,
            (0, -1) => Operations.Gravity.North,
            (1, -1) => Operations.Gravity.Northeast,
            (-1, 0) => Operations.Gravity.West,
            (1, 0) => Operations.Gravity.East,
            (-1, 1) => Operations.Gravity.Southwest,
            (0, 1) => Operations.Gravity.South,
            (1, 1) => Operations.Gravity.Southeast,
            _ => Operations.Gravity.Center,
        };
    }
}
