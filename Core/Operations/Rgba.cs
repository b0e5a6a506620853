namespace ImageService.Core.Operations;

/// <summary>A colour with alpha, each channel 0 to 255 (operations <c>b</c>, <c>tint</c>, <c>duotone</c>).</summary>
public readonly record struct Rgba(byte Red, byte Green, byte Blue, byte Alpha)
{
    /// <summary>Six lower-case hex digits; eight where it is transparent.</summary>
    public string Hex => Alpha == byte.MaxValue ? $"{Red:x2}{Green:x2}{Blue:x2}" : $"{Red:x2}{Green:x2}{Blue:x2}{Alpha:x2}";

    /// <summary>Reads 3, 4, 6 or 8 hex digits (RGB, RGBA, RRGGBB, RRGGBBAA).</summary>
    internal static Rgba? Read(ReadOnlySpan<char> text)
    {
        Span<byte> digits = stackalloc byte[8];
        if (text.Length is not (3 or 4 or 6 or 8))
            return null;
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAsciiHexDigit(text[i]))
                return null;
            digits[i] = (byte)(char.IsAsciiDigit(text[i]) ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10);
        }

        return text.Length <= 4
            ? new Rgba(Twice(digits[0]), Twice(digits[1]), Twice(digits[2]), text.Length == 4 ? Twice(digits[3]) : byte.MaxValue)
            : new Rgba(Pair(digits, 0), Pair(digits, 2), Pair(digits, 4), text.Length == 8 ? Pair(digits, 6) : byte.MaxValue);

        static byte Twice(byte digit) => (byte)(digit * 17);

        static byte Pair(ReadOnlySpan<byte> digits, int index) => (byte)((digits[index] << 4) | digits[index + 1]);
    }
}
