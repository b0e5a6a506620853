using System.Globalization;

namespace ImageService.Core.Operations;

/// <summary>A box of the upright original (operation <c>crop</c>): in px, or in fractions of its sides.</summary>
/// <param name="X">From the left, 0 or more.</param>
/// <param name="Y">From the top, 0 or more.</param>
/// <param name="Width">More than 0.</param>
/// <param name="Height">More than 0.</param>
/// <param name="IsFraction">Whether the four are fractions of the picture's sides and not px.</param>
public readonly record struct CropBox(double X, double Y, double Width, double Height, bool IsFraction)
{
    private const int Numbers = 4;

    // A pixel of the widest picture that can be uploaded is larger than this.
    private const int FractionDecimals = 8;

    /// <summary>The text in a URL: <c>10,20,300,200</c> or <c>0.1,0.1,0.5,0.5</c>.</summary>
    public string Text => IsFraction
        ? string.Create(CultureInfo.InvariantCulture, $"{X:0.0#######},{Y:0.0#######},{Width:0.0#######},{Height:0.0#######}")
        : string.Create(CultureInfo.InvariantCulture, $"{X:0},{Y:0},{Width:0},{Height:0}");

    /// <summary>The box in px of a picture of the given size, edges to the nearest pixel, without what lies outside; null where nothing is left.</summary>
    public CropBox? On(int width, int height)
    {
        var (left, right) = Edges(X, Width, width);
        var (top, bottom) = Edges(Y, Height, height);
        return right > left && bottom > top ? new CropBox(left, top, right - left, bottom - top, false) : null;
    }

    /// <summary>Reads four whole numbers, or four fractions that each have a point.</summary>
    internal static CropBox? Read(ReadOnlySpan<char> text)
    {
        Span<double> numbers = stackalloc double[Numbers];
        var (count, points) = (0, 0);
        foreach (var part in text.Split(','))
        {
            if (count == Numbers || OperationNumbers.Read(text[part]) is not { } number)
                return null;
            points += text[part].Contains('.') ? 1 : 0;
            numbers[count++] = Math.Round(Math.Min(number, int.MaxValue), FractionDecimals, MidpointRounding.AwayFromZero);
        }

        return count == Numbers && points is (0 or Numbers) && numbers[2] > 0 && numbers[3] > 0
            ? new CropBox(numbers[0], numbers[1], numbers[2], numbers[3], points == Numbers)
            : null;
    }

    private (int From, int To) Edges(double from, double length, int side)
    {
        var scale = IsFraction ? side : 1;
        return (Edge(from * scale), Edge((from + length) * scale));

        int Edge(double position) => (int)Math.Round(Math.Min(position, side), MidpointRounding.AwayFromZero);
    }
}
