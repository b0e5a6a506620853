using System.Globalization;

namespace ImageService.Core.Operations;

/// <summary>A box of the upright original (operation <c>crop</c>): in px, or in fractions of its sides.</summary>
public readonly record struct CropBox
{
    /// <summary>From the left, 0 or more.</summary>
    public required double X { get; init; }

    /// <summary>From the top, 0 or more.</summary>
    public required double Y { get; init; }

    /// <summary>More than 0.</summary>
    public required double Width { get; init; }

    /// <summary>More than 0.</summary>
    public required double Height { get; init; }

    /// <summary>Whether the four are fractions of the picture's sides and not px.</summary>
    public required bool IsFraction { get; init; }

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
        return right > left && bottom > top
            ? new CropBox { X = left, Y = top, Width = right - left, Height = bottom - top, IsFraction = false }
            : null;
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
            ? new CropBox
            {
                X = numbers[0],
                Y = numbers[1],
                Width = numbers[2],
                Height = numbers[3],
                IsFraction = points == Numbers,
            }
            : null;
    }

    private (int From, int To) Edges(double from, double length, int side)
    {
        var scale = IsFraction ? side : 1;
        return (Edge(from * scale), Edge((from + length) * scale));

        int Edge(double position) => (int)Math.Round(Math.Min(position, side), MidpointRounding.AwayFromZero);
    }
}
