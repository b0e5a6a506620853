using System.Globalization;

namespace ImageService.Core.Operations;

/// <summary>Space around the picture (operation <c>pad</c>), px.</summary>
public readonly record struct Padding(int Top, int Right, int Bottom, int Left)
{
    /// <summary>Largest space on one side, px.</summary>
    public const int MaxPx = 2000;

    private const int Sides = 4;

    /// <summary>Nothing on any side.</summary>
    public bool IsNone => this == default;

    /// <summary>The shortest text in a URL: <c>n</c>, <c>v,h</c> or <c>t,r,b,l</c>.</summary>
    public string Text
    {
        get
        {
            if (Left != Right || Top != Bottom)
                return string.Create(CultureInfo.InvariantCulture, $"{Top},{Right},{Bottom},{Left}");
            return Top == Left
                ? Top.ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{Top},{Left}");
        }
    }

    /// <summary>Each side times a device pixel ratio, floored, at most <see cref="MaxPx"/>.</summary>
    public Padding Times(double ratio)
    {
        return new Padding(Scaled(Top), Scaled(Right), Scaled(Bottom), Scaled(Left));

        int Scaled(int px) => OperationNumbers.Times(px, ratio, MaxPx);
    }

    /// <summary>Reads one, two or four numbers of px, each from 0 to 2000; fractions are floored.</summary>
    internal static Padding? Read(ReadOnlySpan<char> text)
    {
        Span<int> numbers = stackalloc int[Sides];
        var count = 0;
        foreach (var part in text.Split(','))
        {
            if (count == Sides || OperationNumbers.ReadFloor(text[part]) is not { } px || px > MaxPx)
                return null;
            numbers[count++] = px;
        }

        return count switch
        {
            1 => new Padding(numbers[0], numbers[0], numbers[0], numbers[0]),
            2 => new Padding(numbers[0], numbers[1], numbers[0], numbers[1]),
            Sides => new Padding(numbers[0], numbers[1], numbers[2], numbers[3]),
            _ => null,
        };
    }
}
