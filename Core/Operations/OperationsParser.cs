using System.Globalization;
using ImageService.Core.Errors;

namespace ImageService.Core.Operations;

/// <summary>
/// Reads the operations of an image URL, for example <c>w_800-h_600-f_cover-q_85</c>, <c>preset_thumbnail-bw</c> or <c>original</c>.
/// Never throws, whatever the text; allocates the result and nothing else.
/// </summary>
public static class OperationsParser
{
    private static readonly ImageOperations WholeOriginal = new() { Original = true };

    /// <summary>Reads a URL's operations.</summary>
    /// <returns>What is asked for as written, or <see cref="ErrorCode.InvalidOperations"/> with the operation, its position and what would be accepted.</returns>
    public static Result<ImageOperations> Parse(string operations) => Read(operations, isPreset: false);

    /// <summary>Reads the operations of a preset: the same grammar, but a preset may not name a preset.</summary>
    public static Result<ImageOperations> ParsePreset(string operations) => Read(operations, isPreset: true);

    private static Result<ImageOperations> Read(string operations, bool isPreset)
    {
        if (operations.Length == 0)
            return OperationErrors.Empty();
        if (operations == OperationsGrammar.Original)
            return WholeOriginal;

        var draft = new Draft { IsPreset = isPreset };
        var number = 1;
        for (var start = 0; ; number++)
        {
            var end = operations.IndexOf('-', start);
            var text = operations.AsSpan(start, (end < 0 ? operations.Length : end) - start);
            if (draft.Take(text, number, start) is { } error)
                return error;
            if (end < 0)
                return draft.Finish();
            start = end + 1;
        }
    }

    /// <summary>Digits with an optional fraction (<c>12</c>, <c>0.5</c>); no sign, exponent, or bare point.</summary>
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

    /// <summary>The number before the point; values too large for an int become <see cref="int.MaxValue"/>.</summary>
    private static int? ReadFloor(ReadOnlySpan<char> text)
    {
        if (!IsNumber(text))
            return null;
        var point = text.IndexOf('.');
        var whole = point < 0 ? text : text[..point];
        return int.TryParse(whole, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : int.MaxValue;
    }

    private static double? ReadNumber(OperationRule rule, ReadOnlySpan<char> text, int decimals)
    {
        if (!IsNumber(text))
            return null;
        var value = double.Parse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        return value >= rule.Min && value <= rule.Max ? Math.Round(value, decimals, MidpointRounding.AwayFromZero) : null;
    }

    private static Rgba? ReadColour(ReadOnlySpan<char> text)
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

    /// <summary>The operations read so far, kept on the stack until all are.</summary>
    private ref struct Draft
    {
        public bool IsPreset;
        private int _seen;
        private int? _width;
        private int? _height;
        private Fit? _fit;
        private Gravity? _gravity;
        private Rgba? _background;
        private Quality? _quality;
        private FormatChoice? _format;
        private int? _rotation;
        private double? _sharpen;
        private double? _blur;
        private double? _focalX;
        private double? _focalY;
        private ReadOnlySpan<char> _preset;

        /// <summary>Takes one operation; the error, or null when it was read.</summary>
        public Error? Take(ReadOnlySpan<char> text, int number, int offset)
        {
            var separator = text.IndexOf('_');
            var name = separator < 0 ? text : text[..separator];
            var value = separator < 0 ? default : text[(separator + 1)..];

            // The design's own example writes f_auto for the format; no fit is called auto.
            var rule = text is "f_auto" ? OperationsGrammar.Rule(OperationKey.Format) : OperationsGrammar.Find(name);
            if (rule is null)
                return name is OperationsGrammar.Original ? OperationErrors.OriginalNotAlone(text, number, offset) : OperationErrors.Unknown(text, number, offset);
            if (rule.Key == OperationKey.Preset && IsPreset)
                return OperationErrors.PresetInPreset(text, number, offset);
            if (Has(rule.Key))
                return OperationErrors.Repeated(rule, text, number, offset);
            if (rule.IsFlag ? separator >= 0 : !Set(rule, value))
                return OperationErrors.BadValue(rule, text, number, offset);
            _seen |= 1 << (int)rule.Key;
            return null;
        }

        public readonly ImageOperations Finish() => new()
        {
            Width = _width,
            Height = _height,
            Fit = _fit,
            Gravity = _gravity,
            Background = _background,
            Quality = _quality,
            Format = _format,
            Rotation = _rotation,
            Sharpen = _sharpen,
            Blur = _blur,
            Greyscale = Has(OperationKey.Greyscale),
            Flip = Has(OperationKey.Flip),
            Flop = Has(OperationKey.Flop),
            FocalX = _focalX,
            FocalY = _focalY,
            Preset = _preset.IsEmpty ? null : _preset.ToString(),
        };

        private readonly bool Has(OperationKey key) => (_seen & (1 << (int)key)) != 0;

        private bool Set(OperationRule rule, ReadOnlySpan<char> value) => rule.Key switch
        {
            OperationKey.Format => (_format = ReadFormat(value)) is not null,
            OperationKey.Width => (_width = ReadSide(rule, value)) is not null,
            OperationKey.Height => (_height = ReadSide(rule, value)) is not null,
            OperationKey.Fit => (_fit = OperationsGrammar.ReadFit(value)) is not null,
            OperationKey.Gravity => (_gravity = OperationsGrammar.ReadGravity(value)) is not null,
            OperationKey.Background => (_background = ReadColour(value)) is not null,
            OperationKey.Quality => (_quality = ReadQuality(value)) is not null,
            OperationKey.Rotation => (_rotation = ReadRotation(value)) is not null,
            OperationKey.Sharpen => (_sharpen = ReadNumber(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            OperationKey.Blur => (_blur = ReadNumber(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            OperationKey.FocalX => (_focalX = ReadNumber(rule, value, OperationsGrammar.FocalDecimals)) is not null,
            OperationKey.FocalY => (_focalY = ReadNumber(rule, value, OperationsGrammar.FocalDecimals)) is not null,
            OperationKey.Preset => SetPreset(value),
            _ => false,
        };

        private bool SetPreset(ReadOnlySpan<char> value)
        {
            _preset = value;
            return OperationsGrammar.IsPresetSlug(value);
        }

        private static int? ReadSide(OperationRule rule, ReadOnlySpan<char> value) =>
            ReadFloor(value) is { } px && px >= rule.Min && px <= rule.Max ? px : null;

        private static Quality? ReadQuality(ReadOnlySpan<char> value) =>
            value is "auto" ? Quality.Auto : ReadFloor(value) is { } quality ? Quality.Of(quality) : null;

        private static FormatChoice? ReadFormat(ReadOnlySpan<char> value) =>
            value is "auto" ? FormatChoice.Auto
            : value is not "jpeg" && ImageFormats.TryParse(value, out var format) ? new FormatChoice(format)
            : null;

        private static int? ReadRotation(ReadOnlySpan<char> value) =>
            IsNumber(value) && double.Parse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) is (90 or 180 or 270) and var degrees
                ? (int)degrees
                : null;
    }
}
