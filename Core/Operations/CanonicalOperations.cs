using ImageService.Core.Errors;

namespace ImageService.Core.Operations;

/// <summary>
/// The one form of all URLs that mean the same for one original: preset expanded, defaults applied, values normalised, no-ops dropped, in fixed order.
/// Resolving it again changes nothing.
/// </summary>
/// <param name="Text">The form in the URL's grammar, at most 500 characters: <c>fmt_webp-w_800-h_600-f_cover-g_center-q_85</c>, or <c>original</c>.</param>
/// <param name="Operations">
/// The same as values. <see cref="ImageOperations.Format"/> is fixed. <see cref="ImageOperations.Original"/> is set only where the original's own format is
/// delivered:
/// take its metadata away and leave the pixels. Otherwise: no size means full size; one side means "in proportion"; both come with a fit that does something:
/// <see cref="Fit.Cover"/> (with a gravity), <see cref="Fit.Fill"/> or <see cref="Fit.Pad"/> (with a gravity). <see cref="ImageOperations.Background"/>
/// null means that
/// transparency stays; it is never null where a format without alpha would show it. <see cref="ImageOperations.Quality"/> is a number, and null for PNG and GIF only.
/// <see cref="ImageOperations.Crop"/> is in px. Texts of overlays are in <paramref name="Text"/> by what stands for them, so that it says their values only
/// to who knows them. With <see cref="ImageOperations.Trim"/> the picture's size is known only when it is made: sides and fit then stand as
/// asked for, and <see cref="ImageOperations.AspectRatio"/> where no side is said; both are null otherwise.
/// </param>
/// <param name="Format">The output format.</param>
public sealed record CanonicalOperations(string Text, ImageOperations Operations, ImageFormat Format)
{
    /// <summary>Most pictures of the output's size that drawing its overlays holds at once; 0 where none are drawn.</summary>
    public int OverlayLayers { get; init; }

    /// <summary>Percent at which an effect changes nothing.</summary>
    private const double Unchanged = 100;

    /// <summary>How far <c>q_eco</c> lies below <c>q_auto</c>.</summary>
    private const int EconomicalStep = 20;

    private static readonly Rgba White = new(byte.MaxValue, byte.MaxValue, byte.MaxValue, byte.MaxValue);

    /// <summary>Resolves operations for one original and an output format.</summary>
    /// <param name="operations">As read, with the preset merged (<see cref="OperationsMerge.Over"/>).</param>
    /// <param name="format">The extension's, the one asked for, or the negotiated one.</param>
    /// <param name="source">The original.</param>
    /// <param name="qualityDefault">1 to 100, used where no quality is said, and for <c>q_auto</c> of what was not measured.</param>
    public static Result<CanonicalOperations> Resolve(ImageOperations operations, ImageFormat format, SourceFacts source, int qualityDefault)
    {
        if (operations.Preset is { } preset)
            return OperationErrors.PresetNotExpanded(preset);

        if (operations.Width is OperationsGrammar.AutoWidth)
            operations = operations with { Width = null };
        operations = operations.InDevicePixels(OperationsGrammar.MaxSidePx, OperationsGrammar.MaxSidePx);
        if (operations.Original && source.Format == format)
            return Named(new ImageOperations { Original = true, Format = new FormatChoice(format) }, format);
        return CroppedSource.Of(source, operations.Crop) is { } cropped
            ? Named(Picture(operations, cropped.Crop, format, cropped.Facts, qualityDefault), format)
            : OperationErrors.EmptyCrop(operations.Crop!.Value, source.Drawing?.Width ?? source.Width, source.Drawing?.Height ?? source.Height);
    }

    /// <summary>The same for an original of which the part that <c>crop</c> leaves was taken already.</summary>
    public CanonicalOperations OfWhole() => this with { Operations = Operations with { Crop = null } };

    private static Result<CanonicalOperations> Named(ImageOperations resolved, ImageFormat format)
    {
        var text = OperationsText.WriteCanonical(resolved);
        return text.Length <= OperationsGrammar.MaxCanonicalLength ? new CanonicalOperations(text, resolved, format) : OperationErrors.TooLong(text.Length);
    }

    /// <param name="operations">As read and merged.</param>
    /// <param name="crop">px of the upright original; null where all of it stays.</param>
    /// <param name="format">Output format.</param>
    /// <param name="source">The original, as if it were only what <paramref name="crop"/> leaves.</param>
    /// <param name="qualityDefault">Where none is said.</param>
    private static ImageOperations Picture(ImageOperations operations, CropBox? crop, ImageFormat format, SourceFacts source, int qualityDefault)
    {
        var turn = Turn.Of(operations);
        var (width, height) = turn.SwapsSides ? (source.Height, source.Width) : (source.Width, source.Height);
        var sides = source.Drawing is { } own
            ? CanonicalSides.OfDrawing(operations, turn.SwapsSides ? own.Height : own.Width, turn.SwapsSides ? own.Width : own.Height)
            : CanonicalSides.Of(operations, width, height);
        var geometry = operations.Trim is null
            ? CanonicalGeometry.Of(sides.Width, sides.Height, sides.Fit, width, height, format.MaxSide())
            : CanonicalGeometry.OfUnknown(sides, width, height);
        var position = CanonicalPosition.Of(operations, geometry, turn, source);
        var pad = Pad(operations);
        var round = Round(operations, geometry, pad, width, height);
        var overlays = Overlays(operations);
        return new ImageOperations
        {
            Format = new FormatChoice(format),
            Width = geometry.Width,
            Height = geometry.Height,
            Fit = geometry.Fit,
            Gravity = position.Gravity,
            FocalX = position.FocalX,
            FocalY = position.FocalY,
            Background = Background(operations.Background, format, source.HasAlpha || geometry.Fit == Fit.Pad || pad is not null || round is not null),
            Quality = format.HasQuality() ? Resolved(operations.Quality, format, source, qualityDefault) : null,
            Rotation = turn.Degrees == 0 ? null : turn.Degrees,
            Flip = turn.Flip,
            Flop = turn.Flop,
            Sharpen = Effect(operations.Sharpen),
            Blur = Effect(operations.Blur),
            Greyscale = operations.Greyscale,
            AspectRatio = sides.Ratio,
            Crop = crop,
            Trim = operations.Trim,
            Pad = pad,
            Round = round,
            Brightness = Unless(operations.Brightness, Unchanged),
            Contrast = Unless(operations.Contrast, Unchanged),
            Saturation = Unless(operations.Saturation, Unchanged),
            Gamma = Unless(operations.Gamma, 1),
            Tint = operations.Tint,
            Duotone = operations.Duotone,
            Pixelate = operations.Pixelate,
            MaxBytes = format.HasQuality() ? operations.MaxBytes : null,
            Overlay = overlays.First,
            Overlay2 = overlays.Second,
            Overlay3 = overlays.Third,
            OverlayDpr = overlays.First is null ? null : Unless(operations.OverlayDpr, 1),
            Texts = overlays.First is null ? null : operations.Texts,
        };
    }

    /// <summary>Overlays in the order they are drawn, without gaps.</summary>
    private static (string? First, string? Second, string? Third) Overlays(ImageOperations operations) => operations switch
    {
        { Overlay: null, Overlay2: null } => (operations.Overlay3, null, null),
        { Overlay: null } => (operations.Overlay2, operations.Overlay3, null),
        { Overlay2: null } => (operations.Overlay, operations.Overlay3, null),
        _ => (operations.Overlay, operations.Overlay2, operations.Overlay3),
    };

    /// <summary>A number, always: <c>q_auto</c> becomes the quality that was measured for this picture and format.</summary>
    private static Quality Resolved(Quality? said, ImageFormat format, SourceFacts source, int qualityDefault) => said switch
    {
        null => Quality.Of(qualityDefault),
        { IsAuto: true } auto => Quality.Of((source.Encodings?.QualityOf(format) ?? qualityDefault) - (auto.IsEconomical ? EconomicalStep : 0)),
        { } chosen => chosen,
    };

    private static Padding? Pad(ImageOperations operations) => operations.Pad is { IsNone: false } pad ? pad : null;

    private static CornerRadius? Round(ImageOperations operations, CanonicalGeometry geometry, Padding? pad, int width, int height)
    {
        if (operations.Round is not { Px: > 0 } round)
            return null;
        if (operations.Trim is not null)
            return round;
        var (w, h) = geometry.OutputOf(width, height);
        var around = pad ?? default;
        return round.On(w + around.Left + around.Right, h + around.Top + around.Bottom);
    }

    private static double? Unless(double? value, double nothing) => value == nothing ? null : value;

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
