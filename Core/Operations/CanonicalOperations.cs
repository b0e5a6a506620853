using ImageService.Core.Errors;

namespace ImageService.Core.Operations;

/// <summary>
/// The one form of all URLs that mean the same for one original: preset expanded, defaults applied, values normalised, no-ops dropped, in fixed order.
/// Resolving it again changes nothing.
/// </summary>
/// <param name="Text">The form in the URL's grammar, at most 500 characters: <c>fmt_webp-w_800-h_600-f_cover-g_center-q_85</c>, or <c>original</c>.</param>
/// <param name="Operations">
/// The same as values. <see cref="ImageOperations.Format"/> is fixed. <see cref="ImageOperations.Original"/> is set only where the original's own format is delivered:
/// take its metadata away and leave the pixels. Otherwise: no size means full size; one side means "in proportion"; both come with a fit that does something:
/// <see cref="Fit.Cover"/> (with a gravity), <see cref="Fit.Fill"/> or <see cref="Fit.Pad"/> (with a gravity). <see cref="ImageOperations.Background"/> null means that
/// transparency stays; it is never null where a format without alpha would show it. <see cref="ImageOperations.Quality"/> is null for PNG and GIF only.
/// </param>
/// <param name="Format">The output format.</param>
public sealed record CanonicalOperations(string Text, ImageOperations Operations, ImageFormat Format)
{
    private static readonly Rgba White = new(byte.MaxValue, byte.MaxValue, byte.MaxValue, byte.MaxValue);

    /// <summary>Resolves operations for one original and an output format.</summary>
    /// <param name="operations">As read, with the preset merged (<see cref="OperationsMerge.Over"/>).</param>
    /// <param name="format">The extension's, the one asked for, or the negotiated one.</param>
    /// <param name="source">The original.</param>
    /// <param name="qualityDefault">1 to 100, used where no quality is said.</param>
    public static Result<CanonicalOperations> Resolve(ImageOperations operations, ImageFormat format, SourceFacts source, int qualityDefault)
    {
        if (operations.Preset is { } preset)
            return OperationErrors.PresetNotExpanded(preset);

        var resolved = operations.Original && source.Format == format
            ? new ImageOperations { Original = true, Format = new FormatChoice(format) }
            : Picture(operations, format, source, qualityDefault);
        var text = OperationsText.Write(resolved);
        return text.Length <= OperationsGrammar.MaxCanonicalLength ? new CanonicalOperations(text, resolved, format) : OperationErrors.TooLong(text.Length);
    }

    private static ImageOperations Picture(ImageOperations operations, ImageFormat format, SourceFacts source, int qualityDefault)
    {
        var turn = Turn.Of(operations);
        var (width, height) = turn.SwapsSides ? (source.Height, source.Width) : (source.Width, source.Height);
        var geometry = CanonicalGeometry.Of(operations.Width, operations.Height, operations.Fit ?? Fit.Cover, width, height, format.MaxSide());
        var position = CanonicalPosition.Of(operations, geometry, turn, source);
        return new ImageOperations
        {
            Format = new FormatChoice(format),
            Width = geometry.Width,
            Height = geometry.Height,
            Fit = geometry.Fit,
            Gravity = position.Gravity,
            FocalX = position.FocalX,
            FocalY = position.FocalY,
            Background = Background(operations.Background, format, source.HasAlpha || geometry.Fit == Fit.Pad),
            Quality = format is ImageFormat.Png or ImageFormat.Gif ? null : operations.Quality ?? Quality.Of(qualityDefault),
            Rotation = turn.Degrees == 0 ? null : turn.Degrees,
            Flip = turn.Flip,
            Flop = turn.Flop,
            Sharpen = Effect(operations.Sharpen),
            Blur = Effect(operations.Blur),
            Greyscale = operations.Greyscale,
        };
    }

    private static double? Effect(double? amount) =>
        amount is { } value && Math.Round(value, OperationsGrammar.EffectDecimals, MidpointRounding.AwayFromZero) is > 0 and var rounded ? rounded : null;

    /// <summary>The colour that shows; over white where the format has no alpha, and null where it would paint nothing.</summary>
    private static Rgba? Background(Rgba? background, ImageFormat format, bool shows)
    {
        if (!shows)
            return null;
        if (!format.HasAlpha())
            return OverWhite(background ?? White);
        return background is { Alpha: > 0 } ? background : null;
    }

    private static Rgba OverWhite(Rgba colour)
    {
        return new Rgba(Channel(colour.Red), Channel(colour.Green), Channel(colour.Blue), byte.MaxValue);

        byte Channel(byte value) => (byte)(((value * colour.Alpha) + (byte.MaxValue * (byte.MaxValue - colour.Alpha)) + (byte.MaxValue / 2)) / byte.MaxValue);
    }
}
