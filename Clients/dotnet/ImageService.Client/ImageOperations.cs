using System.Buffers.Text;
using System.Text;
using System.Text.Json.Serialization;

namespace ImageService.Client;

/// <summary>
/// What an image's URL asks for; a member that is null or false is not said. The server judges ranges and answers 400 with the operation and what would be
/// accepted.
/// </summary>
public sealed record ImageOperations
{
    /// <summary>The whole original at full size; no other member beside it.</summary>
    public bool Original { get; init; }

    /// <summary>Slug of the preset that this builds on; the other members override it.</summary>
    public string? Preset { get; init; }

    /// <summary>Output format; null: the extension's.</summary>
    public ImageFormat? Format { get; init; }

    /// <summary>px, 1 to 8192; <c>auto</c>: what client hints ask for.</summary>
    public OperationValue? Width { get; init; }

    /// <summary>px, 1 to 8192.</summary>
    public int? Height { get; init; }

    public Fit? Fit { get; init; }

    public Gravity? Gravity { get; init; }

    /// <summary>Hex of 3, 4, 6 or 8 digits, with or without <c>#</c>.</summary>
    public string? Background { get; init; }

    /// <summary>1 to 100; <c>auto</c>: by format and content; <c>eco</c>: 20 below that.</summary>
    public OperationValue? Quality { get; init; }

    /// <summary>Degrees clockwise: 90, 180 or 270.</summary>
    public int? Rotation { get; init; }

    /// <summary>0 to 10.</summary>
    public double? Sharpen { get; init; }

    /// <summary>Gaussian sigma, px, 0.3 to 1000.</summary>
    public double? Blur { get; init; }

    public bool Greyscale { get; init; }

    /// <summary>Mirrored left to right.</summary>
    public bool Flip { get; init; }

    /// <summary>Mirrored top to bottom.</summary>
    public bool Flop { get; init; }

    /// <summary>Focal point of <see cref="Gravity.Focal"/>, 0 (left) to 1 (right).</summary>
    public double? FocalX { get; init; }

    /// <summary>The same, 0 (top) to 1 (bottom).</summary>
    public double? FocalY { get; init; }

    /// <summary><c>16:9</c> or <c>1.5</c>; gives the side that is not said.</summary>
    public OperationValue? AspectRatio { get; init; }

    /// <summary>Device pixel ratio, 1 to 4.</summary>
    public double? Dpr { get; init; }

    /// <summary>
    /// x, y, width, height of the original: px where all four are whole numbers, else fractions of its sides: <c>OperationValue.Of(0.1, 0, 0.5, 1)</c>.
    /// </summary>
    public OperationValue? Crop { get; init; }

    /// <summary>Tolerance in percent, 0 to 100.</summary>
    public double? Trim { get; init; }

    /// <summary>Space around, px, 0 to 2000: all sides, vertical and horizontal, or top, right, bottom, left.</summary>
    public OperationValue? Pad { get; init; }

    /// <summary>Radius of the corners, px; <c>max</c> for a circle or pill.</summary>
    public OperationValue? Round { get; init; }

    /// <summary>Percent, 0 to 300.</summary>
    public double? Brightness { get; init; }

    /// <summary>Percent, 0 to 300.</summary>
    public double? Contrast { get; init; }

    /// <summary>Percent, 0 to 300.</summary>
    public double? Saturation { get; init; }

    /// <summary>0.1 to 10.</summary>
    public double? Gamma { get; init; }

    /// <summary>Hex of 3 or 6 digits.</summary>
    public string? Tint { get; init; }

    /// <summary>Hex colours for dark and light.</summary>
    public OperationValue? Duotone { get; init; }

    /// <summary>Side of a block, px, 2 to 512.</summary>
    public int? Pixelate { get; init; }

    /// <summary>Largest file, bytes, 1,000 to 10,000,000.</summary>
    public int? MaxBytes { get; init; }

    /// <summary>Slugs of up to three named overlays, drawn in this order.</summary>
    public IReadOnlyList<string>? Overlays { get; init; }

    /// <summary>What lengths of overlays in px are multiplied by, 1 to 4; null: <see cref="Dpr"/>.</summary>
    public double? OverlayDpr { get; init; }

    /// <summary>Text variables of the overlays, by number from 1 to 9; each at most 200 bytes of UTF-8.</summary>
    public IReadOnlyDictionary<int, string>? Texts { get; init; }

    /// <summary>The operations in the URL's grammar, in canonical order: <c>w_800-h_600-f_cover</c>; nothing asked for is <c>original</c>.</summary>
    /// <exception cref="InvalidOperationException">A member holds what cannot stand in a URL.</exception>
    public override string ToString()
    {
        var writer = new OperationsWriter();
        writer.Word("preset", Preset);
        writer.Word("fmt", Format?.Name());
        writer.Word("w", Width?.Text);
        writer.Number("h", Height);
        writer.Word("f", Fit?.ToString().ToLowerInvariant());
        writer.Word("g", Gravity?.ToString().ToLowerInvariant());
        writer.Colours("b", Background);
        writer.Word("q", Quality?.Text);
        writer.Number("r", Rotation);
        writer.Number("sharpen", Sharpen);
        writer.Number("blur", Blur);
        writer.Flag("bw", Greyscale);
        writer.Flag("flip", Flip);
        writer.Flag("flop", Flop);
        writer.Number("fx", FocalX, decimals: 4);
        writer.Number("fy", FocalY, decimals: 4);
        writer.Word("ar", AspectRatio?.Text);
        writer.Number("dpr", Dpr);
        writer.Word("crop", Crop?.Text);
        writer.Number("trim", Trim);
        writer.Word("pad", Pad?.Text);
        writer.Word("round", Round?.Text);
        writer.Number("bri", Brightness);
        writer.Number("con", Contrast);
        writer.Number("sat", Saturation);
        writer.Number("gam", Gamma);
        writer.Colours("tint", Tint);
        writer.Colours("duotone", Duotone?.Text);
        writer.Number("pixelate", Pixelate);
        writer.Number("bytes", MaxBytes);
        for (var i = 0; i < Overlays?.Count; i++)
            writer.Word(i == 0 ? "o" : $"o{i + 1}", Overlays[i]);
        writer.Number("odpr", OverlayDpr);
        foreach (var (number, text) in Texts?.OrderBy(pair => pair.Key) ?? Enumerable.Empty<KeyValuePair<int, string>>())
            writer.Text(number, text);
        if (Original && !writer.IsEmpty)
            throw new InvalidOperationException("Original stands alone.");
        return writer.IsEmpty ? "original" : writer.ToString();
    }
}

/// <summary>A format that can be delivered, or <see cref="Auto"/>: the best that the request's <c>Accept</c> takes.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<ImageFormat>))]
public enum ImageFormat
{
    Auto,
    Jpg,
    Png,
    Webp,
    Avif,
    Gif,
    Jxl,
}

/// <summary>How the picture meets the box of width and height.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<Fit>))]
public enum Fit
{
    Cover,
    Contain,
    Fill,
    Inside,
    Outside,
    Pad,
}

/// <summary>Which part stays when <see cref="Fit.Cover"/> crops, and where the picture sits on a canvas.</summary>
[JsonConverter(typeof(LowerCaseEnumConverter<Gravity>))]
public enum Gravity
{
    Center,
    North,
    Northeast,
    East,
    Southeast,
    South,
    Southwest,
    West,
    Northwest,
    Smart,
    Focal,
}

/// <summary>Joins operations by <c>-</c>; lets nothing through that would end a value or the path.</summary>
internal sealed class OperationsWriter
{
    private const int MaxTextBytes = 200;
    private readonly StringBuilder _text = new();

    public bool IsEmpty => _text.Length == 0;

    public void Word(string name, string? value)
    {
        if (value is null)
            return;
        if (value.Length == 0 || !value.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '.' or ',' or ':')
            || value is "NaN" or "Infinity")
            throw new InvalidOperationException($"The operation {name} cannot be \"{value}\".");
        Begin(name).Append('_').Append(value);
    }

    public void Number(string name, double? value, int decimals = 2) =>
        Word(name, value?.ToString("0." + new string('#', decimals), System.Globalization.CultureInfo.InvariantCulture));

    public void Flag(string name, bool value)
    {
        if (value)
            Begin(name);
    }

    /// <summary>Colours as the server writes them: lower case, six or eight digits.</summary>
    public void Colours(string name, string? value) => Word(name, value is null ? null : string.Join(',', value.Split(',').Select(Whole)));

    public void Text(int number, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (number is < 1 or > 9 || bytes.Length > MaxTextBytes)
            throw new InvalidOperationException($"Texts of overlays are numbered from 1 to 9 and have at most {MaxTextBytes} bytes of UTF-8.");
        Begin($"t{number}").Append('_').Append(Base64Url.EncodeToString(bytes).Replace('-', '~'));
    }

    public override string ToString() => _text.ToString();

    private StringBuilder Begin(string name) => (IsEmpty ? _text : _text.Append('-')).Append(name);

    private static string Whole(string colour)
    {
        var hex = colour.TrimStart('#').ToLowerInvariant();
        return hex.Length is 3 or 4 ? string.Concat(hex.Select(digit => new string(digit, 2))) : hex;
    }
}
