namespace ImageService.Core.Operations;

/// <summary>What <c>crop</c> leaves of an original.</summary>
/// <param name="Facts">As if the original were only that; a drawing is as large as may be asked for again.</param>
/// <param name="Crop">The same box in canonical form: px, of a drawing its own, or fractions of it; null where all of it stays.</param>
/// <param name="Part">Where it lies.</param>
public sealed record CroppedSource(SourceFacts Facts, CropBox? Crop, PicturePart Part)
{
    /// <summary>Crops an original; null where nothing is left of it.</summary>
    /// <param name="source">The original.</param>
    /// <param name="crop">As read, or canonical.</param>
    public static CroppedSource? Of(SourceFacts source, CropBox? crop)
    {
        if (crop is not { } asked)
            return new CroppedSource(source, null, PicturePart.Whole);
        var (width, height) = !asked.IsFraction && source.Drawing is { } own ? own : (source.Width, source.Height);
        if (asked.On(width, height) is not { } box)
            return null;
        var part = new PicturePart(box.X / width, box.Y / height, box.Width / width, box.Height / height);
        return part == PicturePart.Whole
            ? new CroppedSource(source, null, part)
            : new CroppedSource(FactsOf(source, box, part), source.Drawing is null || !asked.IsFraction ? box : asked, part);
    }

    private static SourceFacts FactsOf(SourceFacts source, CropBox box, PicturePart part)
    {
        var cropped = source with { FocalX = part.InsideX(source.FocalX), FocalY = part.InsideY(source.FocalY) };
        if (source.Drawing is not { } own)
            return cropped with { Width = (int)box.Width, Height = (int)box.Height };
        return (cropped with { Width = (int)box.Width, Height = (int)box.Height }).AsDrawing() with
        {
            Drawing =
            (Side(own.Width * part.Width), Side(own.Height * part.Height))
        };

        static int Side(double length) => Math.Max(1, (int)Math.Round(length, MidpointRounding.AwayFromZero));
    }
}

/// <summary>A part of a picture, 0 to 1 of its width and height.</summary>
public readonly record struct PicturePart(double X, double Y, double Width, double Height)
{
    public static PicturePart Whole { get; } = new(0, 0, 1, 1);

    /// <summary>Where a point of the whole picture lies in the part: at the nearest edge where it was cut off.</summary>
    internal double? InsideX(double? x) => x is { } point ? Math.Clamp((point - X) / Width, 0, 1) : null;

    /// <inheritdoc cref="InsideX"/>
    internal double? InsideY(double? y) => y is { } point ? Math.Clamp((point - Y) / Height, 0, 1) : null;
}
