namespace ImageService.Core.Operations;

/// <summary>
/// What <c>w</c>, <c>h</c>, <c>ar</c> and <c>f</c> ask for, in px of the output, before anything is held against the picture's own size.
/// </summary>
/// <param name="Width">px, at most 8192; null where it follows from the height or the picture.</param>
/// <param name="Height">The same for the height.</param>
/// <param name="Fit">As said, else cover.</param>
/// <param name="Ratio">A ratio that cannot be turned into sides yet: no side is said, and the picture's size is known only after <c>trim</c>.</param>
internal readonly record struct CanonicalSides(int? Width, int? Height, Fit Fit, AspectRatio? Ratio)
{
    /// <summary>Resolves the sides for a picture of the given size (px, cropped and turned as the output is).</summary>
    /// <param name="operations">As read and merged, in device pixels.</param>
    /// <param name="width">px; the most that trimming leaves.</param>
    /// <param name="height">px.</param>
    public static CanonicalSides Of(ImageOperations operations, int width, int height)
    {
        var (w, h) = (operations.Width, operations.Height);
        var fit = operations.Fit ?? Fit.Cover;
        return operations.AspectRatio is not { } ratio || (operations.Trim is null && ratio.IsShapeOf(width, height)) ? new CanonicalSides(w, h, fit, null)
            : (w, h) switch
            {
                ({ } side, null) => Within(side, ratio.HeightOf(side), fit),
                (null, { } side) => Within(ratio.WidthOf(side), side, fit),
                (null, null) when operations.Trim is not null => new CanonicalSides(null, null, fit, ratio),
                (null, null) => OfPicture(ratio, fit, width, height),
                _ => new CanonicalSides(w, h, fit, null),
            };
    }

    /// <summary>
    /// The same for a drawing, which has a size of its own and no pixels: that size where none is said, and beside one side no other that is longer than
    /// may be asked
    /// for. Proportions are those of the whole drawing, whatever <c>trim</c> takes off.
    /// </summary>
    /// <param name="operations">As read and merged, in device pixels.</param>
    /// <param name="width">The drawing's own, px, cropped and turned as the output is.</param>
    /// <param name="height">px.</param>
    public static CanonicalSides OfDrawing(ImageOperations operations, int width, int height)
    {
        const int most = OperationsGrammar.MaxSidePx;
        var sides = Of(operations with { Trim = null }, width, height);
        return (sides.Width, sides.Height) switch
        {
            (null, null) when Math.Max(width, height) <= most => sides with { Width = width, Height = height, Fit = Fit.Inside },
            ({ } w, { } h) when sides.Fit == Fit.Outside =>
                (long)w * height >= (long)h * width ? new CanonicalSides(w, most, Fit.Inside, null) : new CanonicalSides(most, h, Fit.Inside, null),
            ({ }, null) => sides with { Height = most, Fit = Fit.Inside },
            (null, { }) => sides with { Width = most, Fit = Fit.Inside },
            _ => sides,
        };
    }

    /// <summary>The largest box of a shape inside a picture; for a canvas the smallest around it.</summary>
    public static CanonicalSides OfPicture(AspectRatio ratio, Fit fit, int width, int height) =>
        ratio.IsWiderThan(width, height) == (fit is Fit.Pad or Fit.Contain)
            ? Within(ratio.WidthOf(height), height, fit)
            : Within(width, ratio.HeightOf(width), fit);

    /// <summary>A box no side of which exceeds what can be written, in its own proportions.</summary>
    private static CanonicalSides Within(int width, int height, Fit fit)
    {
        var larger = Math.Max(width, height);
        return larger <= OperationsGrammar.MaxSidePx
            ? new CanonicalSides(width, height, fit, null)
            : new CanonicalSides(Shrunk(width), Shrunk(height), fit, null);

        int Shrunk(int side) => (int)Math.Max(1, ((2L * side * OperationsGrammar.MaxSidePx) + larger) / (2L * larger));
    }
}
