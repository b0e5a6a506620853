using System.Globalization;

namespace ImageService.Core.Operations;

/// <summary>Numbers as the URL's grammar writes them: digits with an optional fraction (<c>12</c>, <c>0.5</c>); no sign, no exponent, no bare point.</summary>
internal static class OperationNumbers
{
    /// <summary>The number; null where the text is none.</summary>
    public static double? Read(ReadOnlySpan<char> text) =>
        IsNumber(text) ? double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) : null;

    /// <summary>The number within a rule's range, rounded to some decimals; null elsewhere.</summary>
    public static double? Read(OperationRule rule, ReadOnlySpan<char> text, int decimals) =>
        Read(text) is { } value && value >= rule.Min && value <= rule.Max ? Math.Round(value, decimals, MidpointRounding.AwayFromZero) : null;

    /// <summary>The number before the point; values too large for an int become <see cref="int.MaxValue"/>.</summary>
    public static int? ReadFloor(ReadOnlySpan<char> text)
    {
        if (!IsNumber(text))
            return null;
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        return int.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : int.MaxValue;
    }

    /// <summary>The floored number within a rule's range; null elsewhere.</summary>
    public static int? ReadFloor(OperationRule rule, ReadOnlySpan<char> text) =>
        ReadFloor(text) is { } value && value >= rule.Min && value <= rule.Max ? value : null;

    /// <summary>A length times a device pixel ratio, floored, at most <paramref name="max"/>.</summary>
    public static int Times(int px, double ratio, int max) => (int)Math.Min(Math.Floor(Math.Round(px * ratio, 6)), max);

    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        if (text.Length == 0 || !char.IsAsciiDigit(text[0]) || !char.IsAsciiDigit(text[^1]))
            return false;
        var points = 0;
        foreach (var character in text)
        {
            if (character == '.')
                points++;
            else if (!char.IsAsciiDigit(character))
                return false;
        }

        return points <= 1;
    }
}
