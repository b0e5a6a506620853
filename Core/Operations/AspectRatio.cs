using System.Globalization;

namespace ImageService.Core.Operations;

/// <summary>Width to height of the output (operation <c>ar</c>), in lowest terms: <c>1.5</c> and <c>6:4</c> are both 3:2.</summary>
public readonly record struct AspectRatio
{
    // Four decimals: below one pixel in 8192.
    private const double Scale = 10_000;
    private const long MaxTerm = 100_000_000;

    private AspectRatio(long width, long height) => (Width, Height) = (width, height);

    /// <summary>At least 1.</summary>
    public long Width { get; }

    /// <summary>At least 1.</summary>
    public long Height { get; }

    /// <summary>The text of the canonical form, <c>16:9</c>.</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture, $"{Width}:{Height}");

    /// <summary>The height (px, at least 1) of a box of this shape and a width.</summary>
    public int HeightOf(int width) => Scaled(width, Height, Width);

    /// <summary>The width (px, at least 1) of a box of this shape and a height.</summary>
    public int WidthOf(int height) => Scaled(height, Width, Height);

    /// <summary>Whether the sides given have exactly this shape.</summary>
    public bool IsShapeOf(int width, int height) => (Int128)Width * height == (Int128)Height * width;

    /// <summary>Whether a box of this shape is at least as wide, for its height, as the sides given.</summary>
    public bool IsWiderThan(int width, int height) => (Int128)Width * height >= (Int128)Height * width;

    /// <summary>
    /// Reads <c>16:9</c>, <c>1.91:1</c> or <c>1.5</c>; each number above 0 and rounded to four decimals, in lowest terms at most 100,000,000.
    /// </summary>
    internal static AspectRatio? Read(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        var width = Term(colon < 0 ? text : text[..colon]);
        var height = colon < 0 ? (long)Scale : Term(text[(colon + 1)..]);
        if (width is not { } w || height is not { } h)
            return null;
        var divisor = Divisor(w, h);
        (w, h) = (w / divisor, h / divisor);
        return w <= MaxTerm && h <= MaxTerm ? new AspectRatio(w, h) : null;
    }

    private static long? Term(ReadOnlySpan<char> text) =>
        OperationNumbers.Read(text) is { } number and <= MaxTerm && (long)Math.Round(number * Scale, MidpointRounding.AwayFromZero) is > 0 and var term
            ? term : null;

    private static long Divisor(long a, long b)
    {
        while (b != 0)
            (a, b) = (b, a % b);
        return a;
    }

    private static int Scaled(int side, long numerator, long denominator) =>
        (int)Int128.Clamp(((2 * (Int128)side * numerator) + denominator) / (2 * (Int128)denominator), 1, int.MaxValue);
}
