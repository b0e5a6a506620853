using System.Drawing;
using ImageService.Core.Operations;

namespace ImageService.Core.Dialects;

/// <summary>Colours as other services write them.</summary>
internal static class Colors
{
    /// <summary>Three, four, six or eight hex digits (alpha last), with or without <c>#</c>, or a CSS colour's name.</summary>
    public static Rgba? Read(string text)
    {
        var digits = text.TrimStart('#');
        if (Rgba.Read(digits) is { } color)
            return color;
        if (text is "transparent")
            return new Rgba(0, 0, 0, 0);
        var named = text.Length is > 2 and < 30 && text.All(char.IsAsciiLetter) ? Color.FromName(text) : Color.Empty;
        return named is { IsKnownColor: true, IsSystemColor: false } ? new Rgba(named.R, named.G, named.B, named.A) : null;
    }

    /// <summary>Hex with the alpha first where there is one (4 or 8 digits), as imgix writes it.</summary>
    public static Rgba? ReadAlphaFirst(string text) => text.TrimStart('#') switch
    {
        { Length: 4 } four => Read(four[1..] + four[0]),
        { Length: 8 } eight => Read(eight[2..] + eight[..2]),
        var other => Read(other),
    };

    /// <summary>Hex, alpha first.</summary>
    public static string WriteAlphaFirst(Rgba color) => color.Alpha == byte.MaxValue ? color.Hex : color.Hex[6..] + color.Hex[..6];

    /// <summary>Three numbers from 0 to 255.</summary>
    public static Rgba? OfNumbers(ReadOnlySpan<string> numbers) =>
        numbers.Length == 3 && Channel(numbers[0]) is { } red && Channel(numbers[1]) is { } green && Channel(numbers[2]) is { } blue
            ? new Rgba(red, green, blue, byte.MaxValue)
            : null;

    private static byte? Channel(string text) => TargetText.Whole(text) is >= 0 and <= 255 and var value ? (byte)value : null;
}
