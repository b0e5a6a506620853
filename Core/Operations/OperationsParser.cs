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
    /// <returns>What is asked for as written, or <see cref="ErrorCode.InvalidOperations"/> with the operation, its position and what would be
    /// accepted.</returns>
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
                return draft.Overdetermined ? OperationErrors.RatioBesideSides(text, number, start) : draft.Finish();
            start = end + 1;
        }
    }

    /// <summary>The operations read so far, kept on the stack until all are.</summary>
    private ref struct Draft
    {
        public bool IsPreset;

        /// <summary>Both sides and a ratio: one of the three would have to give way.</summary>
        public readonly bool Overdetermined => _aspectRatio is not null && _width is not null && _height is not null;

        private ulong _seen;
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
        private AspectRatio? _aspectRatio;
        private double? _dpr;
        private CropBox? _crop;
        private double? _trim;
        private Padding? _pad;
        private CornerRadius? _round;
        private double? _brightness;
        private double? _contrast;
        private double? _saturation;
        private double? _gamma;
        private Rgba? _tint;
        private Duotone? _duotone;
        private int? _pixelate;
        private int? _maxBytes;
        private string? _overlay;
        private string? _overlay2;
        private string? _overlay3;
        private double? _overlayDpr;
        private string?[]? _texts;
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
                return name is OperationsGrammar.Original
                    ? OperationErrors.OriginalNotAlone(text, number, offset) : OperationErrors.Unknown(text, number, offset);
            if (rule.Key == OperationKey.Preset && IsPreset)
                return OperationErrors.PresetInPreset(text, number, offset);
            if (Has(rule.Key))
                return OperationErrors.Repeated(rule, text, number, offset);
            if (rule.IsFlag ? separator >= 0 : !Set(rule, value))
                return OperationErrors.BadValue(rule, text, number, offset);
            _seen |= 1UL << (int)rule.Key;
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
            AspectRatio = _aspectRatio,
            Dpr = _dpr,
            Crop = _crop,
            Trim = _trim,
            Pad = _pad,
            Round = _round,
            Brightness = _brightness,
            Contrast = _contrast,
            Saturation = _saturation,
            Gamma = _gamma,
            Tint = _tint,
            Duotone = _duotone,
            Pixelate = _pixelate,
            MaxBytes = _maxBytes,
            Overlay = _overlay,
            Overlay2 = _overlay2,
            Overlay3 = _overlay3,
            OverlayDpr = _overlayDpr,
            Texts = _texts is null ? null : OverlayTexts.Of(_texts),
            Preset = _preset.IsEmpty ? null : _preset.ToString(),
        };

        private readonly bool Has(OperationKey key) => (_seen & (1UL << (int)key)) != 0;

        private bool Set(OperationRule rule, ReadOnlySpan<char> value) => rule.Key switch
        {
            OperationKey.Format => (_format = ReadFormat(value)) is not null,
            OperationKey.Width => (_width = value is "auto" ? OperationsGrammar.AutoWidth : OperationNumbers.ReadFloor(rule, value)) is not null,
            OperationKey.Height => (_height = OperationNumbers.ReadFloor(rule, value)) is not null,
            OperationKey.Fit => (_fit = OperationsGrammar.ReadFit(value)) is not null,
            OperationKey.Gravity => (_gravity = OperationsGrammar.ReadGravity(value)) is not null,
            OperationKey.Background => (_background = Rgba.Read(value)) is not null,
            OperationKey.Quality => (_quality = ReadQuality(value)) is not null,
            OperationKey.Rotation => (_rotation = ReadRotation(value)) is not null,
            OperationKey.Sharpen => (_sharpen = OperationNumbers.Read(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            OperationKey.Blur => (_blur = OperationNumbers.Read(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            OperationKey.FocalX => (_focalX = OperationNumbers.Read(rule, value, OperationsGrammar.FocalDecimals)) is not null,
            OperationKey.FocalY => (_focalY = OperationNumbers.Read(rule, value, OperationsGrammar.FocalDecimals)) is not null,
            OperationKey.AspectRatio => (_aspectRatio = AspectRatio.Read(value)) is not null,
            OperationKey.Dpr => (_dpr = OperationNumbers.Read(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            OperationKey.Crop => (_crop = CropBox.Read(value)) is not null,
            OperationKey.Trim => (_trim = OperationNumbers.Read(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            OperationKey.Pad => (_pad = Padding.Read(value)) is not null,
            OperationKey.Round => (_round = CornerRadius.Read(value)) is not null,
            OperationKey.Brightness => (_brightness = OperationNumbers.Read(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            OperationKey.Contrast => (_contrast = OperationNumbers.Read(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            OperationKey.Saturation => (_saturation = OperationNumbers.Read(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            OperationKey.Gamma => (_gamma = OperationNumbers.Read(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            OperationKey.Tint => (_tint = ReadOpaque(value)) is not null,
            OperationKey.Duotone => (_duotone = Duotone.Read(value)) is not null,
            OperationKey.Pixelate => (_pixelate = OperationNumbers.ReadFloor(rule, value)) is not null,
            OperationKey.MaxBytes => (_maxBytes = OperationNumbers.ReadFloor(rule, value)) is not null,
            OperationKey.Overlay => (_overlay = ReadSlug(value)) is not null,
            OperationKey.Overlay2 => (_overlay2 = ReadSlug(value)) is not null,
            OperationKey.Overlay3 => (_overlay3 = ReadSlug(value)) is not null,
            OperationKey.OverlayDpr => (_overlayDpr = OperationNumbers.Read(rule, value, OperationsGrammar.EffectDecimals)) is not null,
            >= OperationKey.Text1
                and <= OperationKey.Text9 =>
                ((_texts ??= new string?[OverlayTexts.Count])[rule.Key - OperationKey.Text1] = OverlayTexts.Read(value)) is not null,
            OperationKey.Preset => SetPreset(value),
            _ => false,
        };

        private bool SetPreset(ReadOnlySpan<char> value)
        {
            _preset = value;
            return OperationsGrammar.IsPresetSlug(value);
        }

        private static string? ReadSlug(ReadOnlySpan<char> value) => OperationsGrammar.IsPresetSlug(value) ? value.ToString() : null;

        private static Rgba? ReadOpaque(ReadOnlySpan<char> value) => value.Length is 3 or 6 ? Rgba.Read(value) : null;

        private static Quality? ReadQuality(ReadOnlySpan<char> value) =>
            value is "auto" ? Quality.Auto
                : value is "eco" ? Quality.Economical : OperationNumbers.ReadFloor(value) is { } quality ? Quality.Of(quality) : null;

        private static FormatChoice? ReadFormat(ReadOnlySpan<char> value) =>
            value is "auto" ? FormatChoice.Auto
            : value is not "jpeg" && ImageFormats.TryParse(value, out var format) ? new FormatChoice(format)
            : null;

        private static int? ReadRotation(ReadOnlySpan<char> value) =>
            OperationNumbers.Read(value) is (90 or 180 or 270) and var degrees ? (int)degrees : null;
    }
}
