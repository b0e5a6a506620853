using ImageService.Core.Operations;

namespace ImageService.Core.Engine.Overlays;

/// <summary>One thing that an overlay draws, in lengths that wait for the picture. Immutable.</summary>
public abstract record OverlayElement
{
    /// <summary>The edge or corner it is placed from; never <see cref="Gravity.Smart"/> or <see cref="Gravity.Focal"/>.</summary>
    public Gravity Gravity { get; init; } = Gravity.Center;

    /// <summary>From the gravity's edge inwards, to the right where it has none; a share is one of the picture's width.</summary>
    public OverlayLength X { get; init; }

    /// <summary>From the gravity's edge inwards, downwards where it has none; a share is one of the picture's height.</summary>
    public OverlayLength Y { get; init; }

    /// <summary>A share is one of the picture's width; null: its own.</summary>
    public OverlayLength? Width { get; init; }

    /// <summary>A share is one of the picture's height; null: its own.</summary>
    public OverlayLength? Height { get; init; }

    /// <summary>Degrees clockwise around its middle.</summary>
    public double Rotate { get; init; }

    /// <summary>0 (not there) to 1.</summary>
    public double Opacity { get; init; } = 1;

    public OverlayBlend Blend { get; init; }
}

/// <summary>Another picture.</summary>
/// <param name="Asset">Id of an asset of the same organization, 26 characters.</param>
/// <param name="Version">Which version.</param>
public sealed record OverlayImage(string Asset, int Version) : OverlayElement
{
    /// <summary>How it meets a box of which both sides are said.</summary>
    public OverlayImageFit Fit { get; init; }
}

/// <summary>Text, shaped and wrapped.</summary>
/// <param name="Text">With variables: <c>{t1}</c>, <c>{t2|default}</c>.</param>
public sealed record OverlayText(string Text) : OverlayElement
{
    /// <summary>Slug of a font that is shipped or was uploaded.</summary>
    public required string Font { get; init; }

    /// <summary>Of the letters (em); a share is one of the picture's width.</summary>
    public required OverlayLength Size { get; init; }

    public required Rgba Color { get; init; }

    public OverlayAlign Align { get; init; }

    /// <summary>Distance of lines, in sizes.</summary>
    public double LineHeight { get; init; } = 1.25;

    public OverlayOutline? Outline { get; init; }
}

/// <summary>A figure filled with one colour.</summary>
public sealed record OverlayShape(OverlayShapeKind Kind) : OverlayElement
{
    /// <summary>Of the inside, or of the line; null leaves it empty.</summary>
    public Rgba? Color { get; init; }

    /// <summary>Thickness of a line.</summary>
    public OverlayLength Size { get; init; } = new(1, IsShare: false);

    /// <summary>Of a rectangle's corners.</summary>
    public OverlayLength Radius { get; init; }

    /// <summary>Drawn inside the shape's edge.</summary>
    public OverlayOutline? Outline { get; init; }
}

/// <summary>A length of an overlay: px of CSS, or a share of the picture's side.</summary>
/// <param name="Value">px, or percent.</param>
/// <param name="IsShare">Whether it is percent.</param>
public readonly record struct OverlayLength(double Value, bool IsShare)
{
    /// <summary>px of the picture.</summary>
    /// <param name="side">The picture's side that a share is of, px.</param>
    /// <param name="dpr">What px are multiplied by.</param>
    public double Px(int side, double dpr) => IsShare ? side * Value / 100 : Value * dpr;
}

/// <summary>A line around letters or shapes.</summary>
/// <param name="Color">Its colour.</param>
/// <param name="Width">Its width; a share is one of the picture's width.</param>
public readonly record struct OverlayOutline(Rgba Color, OverlayLength Width);

/// <summary>How a picture meets its box.</summary>
public enum OverlayImageFit
{
    /// <summary>All of it, as large as the box allows, in its middle.</summary>
    Contain,

    /// <summary>As small as fills the box; what is beyond it is cut off.</summary>
    Cover,

    /// <summary>Stretched.</summary>
    Fill,
}

/// <summary>Where lines of text lie in their box.</summary>
public enum OverlayAlign
{
    /// <summary>At the side where reading begins.</summary>
    Start,
    Left,
    Center,
    Right,
}

/// <summary>Shapes.</summary>
public enum OverlayShapeKind
{
    Rect,
    Ellipse,

    /// <summary>From the upper left to the lower right corner of its box; across or down where one side is not said.</summary>
    Line,
}

/// <summary>How colours meet those beneath (W3C Compositing and Blending Level 1, section 10).</summary>
public enum OverlayBlend
{
    Normal,
    Multiply,
    Screen,
    Overlay,
    Darken,
    Lighten,
    ColorDodge,
    ColorBurn,
    HardLight,
    SoftLight,
    Difference,
    Exclusion,
}
