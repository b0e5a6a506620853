using System.Globalization;
using System.Runtime.CompilerServices;

namespace ImageService.Core.Operations;

/// <summary>Writes operations in the URL's grammar, in canonical order; the parser's counterpart.</summary>
public static class OperationsText
{
    private static readonly string EffectPattern = "0." + new string('#', OperationsGrammar.EffectDecimals);
    private static readonly string FocalPattern = "0." + new string('#', OperationsGrammar.FocalDecimals);

    /// <summary>The canonical form of resolved operations: as <see cref="Write(ImageOperations)"/>, but texts of overlays by what stands for them.</summary>
    internal static string WriteCanonical(ImageOperations operations) => Write(operations, OverlayTexts.Digest);

    /// <summary>The text that the parser reads back as the same operations; a preset is named first.</summary>
    /// <exception cref="ArgumentException">Nothing is asked for, which the grammar cannot say.</exception>
    public static string Write(ImageOperations operations) => Write(operations, OverlayTexts.Write);

    private static string Write(ImageOperations operations, Func<string, string> textOf)
    {
        if (operations.Original)
            return OperationsGrammar.Original;

        var writer = new Writer(stackalloc char[256]);
        writer.Word(OperationKey.Preset, operations.Preset);
        writer.Word(OperationKey.Format, operations.Format is { } format ? format.Fixed?.Name() ?? "auto" : null);
        if (operations.Width is OperationsGrammar.AutoWidth)
            writer.Word(OperationKey.Width, "auto");
        else
            writer.Number(OperationKey.Width, operations.Width);
        writer.Number(OperationKey.Height, operations.Height);
        writer.Word(OperationKey.Fit, operations.Fit?.Name());
        writer.Word(OperationKey.Gravity, operations.Gravity?.Name());
        writer.Word(OperationKey.Background, operations.Background?.Hex);
        writer.Quality(OperationKey.Quality, operations.Quality);
        writer.Number(OperationKey.Rotation, operations.Rotation);
        writer.Fraction(OperationKey.Sharpen, operations.Sharpen, EffectPattern);
        writer.Fraction(OperationKey.Blur, operations.Blur, EffectPattern);
        writer.Flag(OperationKey.Greyscale, operations.Greyscale);
        writer.Flag(OperationKey.Flip, operations.Flip);
        writer.Flag(OperationKey.Flop, operations.Flop);
        writer.Fraction(OperationKey.FocalX, operations.FocalX, FocalPattern);
        writer.Fraction(OperationKey.FocalY, operations.FocalY, FocalPattern);
        writer.Word(OperationKey.AspectRatio, operations.AspectRatio?.Text);
        writer.Fraction(OperationKey.Dpr, operations.Dpr, EffectPattern);
        writer.Word(OperationKey.Crop, operations.Crop?.Text);
        writer.Fraction(OperationKey.Trim, operations.Trim, EffectPattern);
        writer.Word(OperationKey.Pad, operations.Pad?.Text);
        writer.Word(OperationKey.Round, operations.Round?.Text);
        writer.Fraction(OperationKey.Brightness, operations.Brightness, EffectPattern);
        writer.Fraction(OperationKey.Contrast, operations.Contrast, EffectPattern);
        writer.Fraction(OperationKey.Saturation, operations.Saturation, EffectPattern);
        writer.Fraction(OperationKey.Gamma, operations.Gamma, EffectPattern);
        writer.Word(OperationKey.Tint, operations.Tint?.Hex);
        writer.Word(OperationKey.Duotone, operations.Duotone?.Text);
        writer.Number(OperationKey.Pixelate, operations.Pixelate);
        writer.Number(OperationKey.MaxBytes, operations.MaxBytes);
        writer.Word(OperationKey.Overlay, operations.Overlay);
        writer.Word(OperationKey.Overlay2, operations.Overlay2);
        writer.Word(OperationKey.Overlay3, operations.Overlay3);
        writer.Fraction(OperationKey.OverlayDpr, operations.OverlayDpr, EffectPattern);
        if (operations.Texts is { } texts)
        {
            for (var number = 1; number <= OverlayTexts.Count; number++)
                writer.Word(OperationKey.Text1 + number - 1, texts[number] is { } said ? textOf(said) : null);
        }

        var text = writer.Finish();
        return text.Length > 0 ? text : throw new ArgumentException("The operations ask for nothing; use 'original' or set a format.", nameof(operations));
    }

    /// <summary>Appends operations to a buffer on the stack; the only allocation is the final text.</summary>
    private ref struct Writer(Span<char> buffer)
    {
        private DefaultInterpolatedStringHandler _text = new(0, 0, CultureInfo.InvariantCulture, buffer);
        private bool _started;

        public void Word(OperationKey key, string? value)
        {
            if (value is null)
                return;
            Begin(key);
            _text.AppendLiteral("_");
            _text.AppendLiteral(value);
        }

        public void Number(OperationKey key, int? value)
        {
            if (value is not { } number)
                return;
            Begin(key);
            _text.AppendLiteral("_");
            _text.AppendFormatted(number);
        }

        public void Fraction(OperationKey key, double? value, string pattern)
        {
            if (value is not { } number)
                return;
            Begin(key);
            _text.AppendLiteral("_");
            _text.AppendFormatted(number, pattern);
        }

        public void Quality(OperationKey key, Quality? value)
        {
            if (value is not { IsAuto: true })
                Number(key, value?.Value);
            else
                Word(key, value.Value.IsEconomical ? "eco" : "auto");
        }

        public void Flag(OperationKey key, bool value)
        {
            if (value)
                Begin(key);
        }

        public string Finish() => _text.ToStringAndClear();

        private void Begin(OperationKey key)
        {
            if (_started)
                _text.AppendLiteral("-");
            _started = true;
            _text.AppendLiteral(OperationsGrammar.Rule(key).Name);
        }
    }
}
