using ImageService.Core.Operations;

namespace ImageService.Core.Engine;

/// <summary>
/// The geometry of one transform, all in px of the output's orientation (upright, then rotated by <c>r</c>): the whole picture is scaled to
/// <see cref="Resized"/>, <see cref="Crop"/> is taken out of it, and that is placed on <see cref="Canvas"/>. Pure; rules in the contract's "Image URLs".
/// </summary>
public sealed record TransformPlan
{
    /// <summary>The source before scaling, turned as the output is.</summary>
    public required PixelSize Source { get; init; }

    /// <summary>Size of the whole picture after scaling; never larger than <see cref="Source"/> on either side.</summary>
    public required PixelSize Resized { get; init; }

    /// <summary>What stays of the resized picture. Equal to <see cref="Resized"/> where nothing is cropped.</summary>
    public required PixelBox Crop { get; init; }

    /// <summary>The position of <see cref="Crop"/> is to be found by looking at the picture (<c>g_smart</c>); the one given is the centre.</summary>
    public bool SmartCrop { get; init; }

    /// <summary>Size of the output. Larger than <see cref="Crop"/> only for <c>pad</c> and <c>contain</c>.</summary>
    public required PixelSize Canvas { get; init; }

    /// <summary>Where the upper left corner of the cropped picture lies on the canvas.</summary>
    public PixelPoint Offset { get; init; }

    /// <summary>Space around the canvas (<c>pad</c>).</summary>
    public Padding Pad { get; init; }

    /// <summary>Size of what is encoded: <see cref="Canvas"/> with <see cref="Pad"/> around it.</summary>
    public PixelSize Output => new(Canvas.Width + Pad.Left + Pad.Right, Canvas.Height + Pad.Top + Pad.Bottom);

    /// <summary>Whether a canvas is to be filled around the picture.</summary>
    public bool HasMargins => Canvas.Width != Crop.Width || Canvas.Height != Crop.Height;

    /// <summary>Whether a picture of full size was shrunk to what its format holds.</summary>
    public bool IsLimited { get; init; }

    public bool IsCropped => Crop.Width != Resized.Width || Crop.Height != Resized.Height;

    /// <summary>Plans one transform in canonical form; with <c>trim</c> as if there were no borders, which is the most it can take.</summary>
    /// <param name="operations">Canonical.</param>
    /// <param name="source">Upright size of the original, px.</param>
    public static TransformPlan Of(CanonicalOperations operations, PixelSize source) => OfArea(
        operations,
        operations.Operations.Crop is { } crop ? new PixelSize((int)crop.Width, (int)crop.Height) : source,
        new FocalPoint(operations.Operations.FocalX ?? 0.5, operations.Operations.FocalY ?? 0.5));

    /// <summary>The same, of a picture or a drawing.</summary>
    /// <param name="operations">Canonical.</param>
    /// <param name="source">The original.</param>
    public static TransformPlan Of(CanonicalOperations operations, SourceFacts source)
    {
        if (source.Drawing is null || CroppedSource.Of(source, operations.Operations.Crop)?.Facts is not { } facts)
            return Of(operations, new PixelSize(source.Width, source.Height));
        return Of(operations.OfWhole(), new PixelSize(facts.Width, facts.Height));
    }

    /// <summary>Plans one transform of what <c>crop</c> and <c>trim</c> have left.</summary>
    /// <param name="operations">Canonical.</param>
    /// <param name="area">Upright, px.</param>
    /// <param name="focal">In that area, turned as the output is.</param>
    public static TransformPlan OfArea(CanonicalOperations operations, PixelSize area, FocalPoint focal)
    {
        var said = operations.Operations;
        if (said.AspectRatio is { } ratio)
        {
            var (width, height) = said.Rotation is 90 or 270 ? (area.Height, area.Width) : (area.Width, area.Height);
            var sides = CanonicalSides.OfPicture(ratio, said.Fit ?? Fit.Cover, width, height);
            said = said with { Width = sides.Width, Height = sides.Height };
        }

        var pad = said.Pad ?? default;
        var maxSide = said.Original ? int.MaxValue : operations.Format.MaxSide() - Math.Max(pad.Left + pad.Right, pad.Top + pad.Bottom);
        return Make(said, area, focal, maxSide) with { Pad = pad };
    }

    /// <summary>Plans one transform.</summary>
    /// <param name="operations">Resolved or as written; a size of null is in proportion to the other.</param>
    /// <param name="source">Upright size of the source, px, before <c>r</c>.</param>
    /// <param name="focal">Focal point as the canonical form tells it: of the picture after <c>r</c>, <c>flip</c> and <c>flop</c>.</param>
    /// <param name="maxSide">Longest side of a picture whose size nobody asked for, px: what its format holds.</param>
    public static TransformPlan Make(ImageOperations operations, PixelSize source, FocalPoint focal, int maxSide = int.MaxValue)
    {
        var turned = operations.Rotation is 90 or 270 ? new PixelSize(source.Height, source.Width) : source;
        if (operations.Original || (operations.Width is null && operations.Height is null))
        {
            var full = Inside(turned, maxSide, maxSide);
            return Whole(turned, full) with { IsLimited = full != turned };
        }


        var fit = operations.Fit ?? Fit.Cover;
        if (operations.Width is not { } width || operations.Height is not { } height)
            return Whole(turned, Inside(turned, operations.Width, operations.Height));

        var box = new PixelSize(width, height);
        return fit switch
        {
            Fit.Cover => Cover(turned, box, operations.Gravity ?? Gravity.Center, focal),
            Fit.Fill => Whole(turned, box.ShrunkInto(turned)),
            Fit.Inside => Whole(turned, Inside(turned, width, height)),
            Fit.Outside => Whole(turned, Outside(turned, box)),
            Fit.Contain or Fit.Pad => OnCanvas(turned, box, operations.Gravity ?? Gravity.Center, focal),
            _ => throw new ArgumentOutOfRangeException(nameof(operations)),
        };
    }

    private static TransformPlan Whole(PixelSize source, PixelSize size) =>
        new() { Source = source, Resized = size, Crop = new PixelBox(0, 0, size.Width, size.Height), Canvas = size };

    private static TransformPlan Cover(PixelSize source, PixelSize asked, Gravity gravity, FocalPoint focal)
    {
        var box = asked.ShrunkInto(source);
        var resized = box.IsWiderThan(source) ? source.ScaledToWidth(box.Width) : source.ScaledToHeight(box.Height);
        var at = gravity switch
        {
            Gravity.Focal => new PixelPoint(Around(focal.X, resized.Width, box.Width), Around(focal.Y, resized.Height, box.Height)),
            _ => At(gravity, resized.Width - box.Width, resized.Height - box.Height),
        };
        return new TransformPlan
        {
            Source = source,
            Resized = resized,
            Crop = new PixelBox(at.X, at.Y, box.Width, box.Height),
            SmartCrop = gravity == Gravity.Smart && box != resized,
            Canvas = box,
        };
    }

    private static TransformPlan OnCanvas(PixelSize source, PixelSize canvas, Gravity gravity, FocalPoint focal)
    {
        var size = Inside(source, canvas.Width, canvas.Height);
        var offset = gravity switch
        {
            // The focal point as near to the middle of the canvas as the picture may move.
            Gravity.Focal => new PixelPoint(
                Math.Clamp((int)Math.Round((canvas.Width / 2.0) - (focal.X * size.Width)), 0, canvas.Width - size.Width),
                Math.Clamp((int)Math.Round((canvas.Height / 2.0) - (focal.Y * size.Height)), 0, canvas.Height - size.Height)),
            _ => At(gravity, canvas.Width - size.Width, canvas.Height - size.Height),
        };
        return Whole(source, size) with { Canvas = canvas, Offset = offset };
    }

    private static PixelSize Inside(PixelSize source, int? width, int? height) => (width, height) switch
    {
        ({ } w, { } h) when w >= source.Width && h >= source.Height => source,
        ({ } w, { } h) => new PixelSize(w, h).IsWiderThan(source) ? source.ScaledToHeight(h) : source.ScaledToWidth(w),
        ({ } w, null) => source.ScaledToWidth(Math.Min(w, source.Width)),
        (null, { } h) => source.ScaledToHeight(Math.Min(h, source.Height)),
        _ => source,
    };

    private static PixelSize Outside(PixelSize source, PixelSize box)
    {
        if (box.Width >= source.Width || box.Height >= source.Height)
            return source;
        return box.IsWiderThan(source) ? source.ScaledToWidth(box.Width) : source.ScaledToHeight(box.Height);
    }

    private static int Around(double focal, int length, int window) =>
        Math.Clamp((int)Math.Round((focal * length) - (window / 2.0)), 0, length - window);

    private static PixelPoint At(Gravity gravity, int spareX, int spareY) => new(
        gravity switch
        {
            Gravity.West or Gravity.Northwest or Gravity.Southwest => 0,
            Gravity.East or Gravity.Northeast or Gravity.Southeast => spareX,
            _ => spareX / 2,
        },
        gravity switch
        {
            Gravity.North or Gravity.Northwest or Gravity.Northeast => 0,
            Gravity.South or Gravity.Southwest or Gravity.Southeast => spareY,
            _ => spareY / 2,
        });
}

/// <summary>Width and height, px, each at least 1.</summary>
public readonly record struct PixelSize(int Width, int Height)
{
    public long Pixels => (long)Width * Height;

    internal PixelSize ScaledToWidth(int width) => new(width, Scaled(Height, width, Width));

    internal PixelSize ScaledToHeight(int height) => new(Scaled(Width, height, Height), height);

    /// <summary>This box, made smaller in its own proportions until neither side exceeds the other's.</summary>
    internal PixelSize ShrunkInto(PixelSize other)
    {
        if (Width <= other.Width && Height <= other.Height)
            return this;
        return IsWiderThan(other) ? ScaledToWidth(other.Width) : ScaledToHeight(other.Height);
    }

    /// <summary>Whether it is at least as wide, for its height.</summary>
    internal bool IsWiderThan(PixelSize other) => (long)Width * other.Height >= (long)Height * other.Width;

    // To the nearest, halves up, never less than one; in whole numbers, so that no machine rounds otherwise.
    private static int Scaled(int side, int numerator, int denominator) =>
        (int)Math.Max(1, ((2L * side * numerator) + denominator) / (2L * denominator));
}

/// <summary>A point, px from the upper left corner.</summary>
public readonly record struct PixelPoint(int X, int Y);

/// <summary>A rectangle, px from the upper left corner.</summary>
public readonly record struct PixelBox(int X, int Y, int Width, int Height);

/// <summary>A point of a picture, 0 to 1 from its upper left corner.</summary>
public readonly record struct FocalPoint(double X, double Y)
{
    public static FocalPoint Centre { get; } = new(0.5, 0.5);
}
