using System.Buffers;

namespace ImageService.Core.Operations;

/// <summary>The one table of the URL language. The parser, the texts of errors, the canonical order and the reference page follow it.</summary>
public static class OperationsGrammar
{
    /// <summary>The word that asks for the whole original; it stands alone.</summary>
    public const string Original = "original";

    /// <summary>Largest side that can be written, px. A policy may set less.</summary>
    public const int MaxSidePx = 8192;

    /// <summary>What <c>w_auto</c> stands as: no width, until client hints say one.</summary>
    public const int AutoWidth = 0;

    /// <summary>Longest canonical form, characters.</summary>
    public const int MaxCanonicalLength = 500;

    /// <summary>Longest slug of a preset, characters.</summary>
    public const int MaxPresetLength = 100;

    /// <summary>Decimals kept of effects' amounts and of <c>dpr</c>: a finer step cannot be seen and would only make more variants.</summary>
    public const int EffectDecimals = 2;

    /// <summary>Decimals kept of a focal point: below one pixel for every side that can be written.</summary>
    public const int FocalDecimals = 4;

    private const string Fits = "cover, contain, fill, inside, outside or pad";
    private const string Boxes = "x,y,w,h in pixels, or all four as fractions with a point, such as 0.1,0.1,0.5,0.5";
    private const string Percents = "a number of percent from 0 to 300";
    private const double MaxPercent = 300;
    private const string OverlaySlugs = "the slug of an overlay: 1 to 100 of a-z, 0-9 and _";
    private const string Texts = "base64url of at most 200 bytes of UTF-8, with ~ in place of - and without padding";
    private const string Variables = "overlays whose text holds the variable";
    private const string Gravities = "center, north, northeast, east, southeast, south, southwest, west, northwest, smart or focal";

    private static readonly SearchValues<char> PresetCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    private static readonly OperationRule[] Table =
    [
        new(OperationKey.Format, "fmt", "jpg, png, webp, avif, gif, jxl or auto") { Default = "the extension's" },
        new(OperationKey.Width, "w", "a number of pixels from 1 to 8192, or auto")
        {
            Default = "in proportion to h, else the original's",
            Min = 1,
            Max = MaxSidePx,
        },
        new(OperationKey.Height, "h", "a number of pixels from 1 to 8192") { Default = "in proportion to w, else the original's", Min = 1, Max = MaxSidePx },
        new(OperationKey.Fit, "f", Fits) { Default = "cover", AppliesTo = "outputs with both w and h" },
        new(OperationKey.Gravity, "g", Gravities)
        {
            Default = "center",
            AppliesTo = "cover where it crops, pad and contain where the canvas is larger than the picture",
        },
        new(OperationKey.Background, "b", "3, 4, 6 or 8 hex digits (RGB, RGBA, RRGGBB, RRGGBBAA)")
        {
            Default = "white for jpg, else transparent",
            AppliesTo = "canvases and originals with transparency",
        },
        new(OperationKey.Quality, "q", "a number from 1 to 100, auto or eco")
        {
            Default = "the policy's, by format",
            AppliesTo = "jpg, webp, avif and jxl",
            Min = 1,
            Max = 100,
        },
        new(OperationKey.Rotation, "r", "90, 180 or 270") { Min = 90, Max = 270 },
        new(OperationKey.Sharpen, "sharpen", "a number from 0 to 10") { Min = 0, Max = 10 },
        new(OperationKey.Blur, "blur", "a number from 0.3 to 1000") { Min = 0.3, Max = 1000 },
        new(OperationKey.Greyscale, "bw", "no value: it is a flag") { Default = "off", IsFlag = true },
        new(OperationKey.Flip, "flip", "no value: it is a flag") { Default = "off", IsFlag = true },
        new(OperationKey.Flop, "flop", "no value: it is a flag") { Default = "off", IsFlag = true },
        new(OperationKey.FocalX, "fx", "a number from 0 (left) to 1 (right)")
        {
            Default = "the asset's focal point",
            AppliesTo = "g_focal where it crops left or right",
            Min = 0,
            Max = 1,
        },
        new(OperationKey.FocalY, "fy", "a number from 0 (top) to 1 (bottom)")
        {
            Default = "the asset's focal point",
            AppliesTo = "g_focal where it crops top or bottom",
            Min = 0,
            Max = 1,
        },
        new(OperationKey.AspectRatio, "ar", "a ratio such as 16:9 or 1.5, beside at most one of w and h") { Default = "the picture's own" },
        new(OperationKey.Dpr, "dpr", "a number from 1 to 4") { Default = "1", AppliesTo = "w, h, pad, round and lengths of overlays in px", Min = 1, Max = 4 },
        new(OperationKey.Crop, "crop", Boxes),
        new(OperationKey.Trim, "trim", "a tolerance from 0 to 100") { Min = 0, Max = 100 },
        new(OperationKey.Pad, "pad", "1, 2 or 4 numbers of pixels from 0 to 2000, joined by ','") { Min = 0, Max = Padding.MaxPx },
        new(OperationKey.Round, "round", "a number of pixels from 0 to 8192, or max") { Min = 0, Max = MaxSidePx },
        new(OperationKey.Brightness, "bri", Percents) { Default = "100", Min = 0, Max = MaxPercent },
        new(OperationKey.Contrast, "con", Percents) { Default = "100", Min = 0, Max = MaxPercent },
        new(OperationKey.Saturation, "sat", Percents) { Default = "100", Min = 0, Max = MaxPercent },
        new(OperationKey.Gamma, "gam", "a number from 0.1 to 10") { Default = "1", Min = 0.1, Max = 10 },
        new(OperationKey.Tint, "tint", "3 or 6 hex digits (RGB, RRGGBB)"),
        new(OperationKey.Duotone, "duotone", "two colours of 3 or 6 hex digits, joined by ','"),
        new(OperationKey.Pixelate, "pixelate", "a number of pixels from 2 to 512") { Min = 2, Max = 512 },
        new(OperationKey.MaxBytes, "bytes", "a number of bytes from 1000 to 10000000") { AppliesTo = "jpg, webp, avif and jxl", Min = 1000, Max = 10_000_000 },
        new(OperationKey.Overlay, "o", OverlaySlugs),
        new(OperationKey.Overlay2, "o2", OverlaySlugs),
        new(OperationKey.Overlay3, "o3", OverlaySlugs),
        new(OperationKey.OverlayDpr, "odpr", "a number from 1 to 4") { Default = "dpr", AppliesTo = "lengths of overlays in px", Min = 1, Max = 4 },
        new(OperationKey.Text1, "t1", Texts) { Default = "the overlay's default", AppliesTo = Variables },
        new(OperationKey.Text2, "t2", Texts) { Default = "the overlay's default", AppliesTo = Variables },
        new(OperationKey.Text3, "t3", Texts) { Default = "the overlay's default", AppliesTo = Variables },
        new(OperationKey.Text4, "t4", Texts) { Default = "the overlay's default", AppliesTo = Variables },
        new(OperationKey.Text5, "t5", Texts) { Default = "the overlay's default", AppliesTo = Variables },
        new(OperationKey.Text6, "t6", Texts) { Default = "the overlay's default", AppliesTo = Variables },
        new(OperationKey.Text7, "t7", Texts) { Default = "the overlay's default", AppliesTo = Variables },
        new(OperationKey.Text8, "t8", Texts) { Default = "the overlay's default", AppliesTo = Variables },
        new(OperationKey.Text9, "t9", Texts) { Default = "the overlay's default", AppliesTo = Variables },
        new(OperationKey.Preset, "preset", "the slug of a preset: 1 to 100 of a-z, 0-9 and _") { AppliesTo = "URLs" },
    ];

    /// <summary>All rows, in canonical order; the index of a row is its <see cref="OperationKey"/>.</summary>
    public static IReadOnlyList<OperationRule> Rules => Table;

    /// <summary>All operations' names, for the caller who wrote one that does not exist.</summary>
    public static string AllNames { get; } = string.Join(
        ", ", Table.Where(rule => rule.Key is <= OperationKey.Text1 or > OperationKey.Text9)
            .Select(rule => rule.Key == OperationKey.Text1 ? "t1 to t9" : rule.Name));

    public static OperationRule Rule(OperationKey key) => Table[(int)key];

    /// <summary>The rule of a name; null when no operation is called so.</summary>
    public static OperationRule? Find(ReadOnlySpan<char> name)
    {
        foreach (var rule in Table)
        {
            if (name.SequenceEqual(rule.Name))
                return rule;
        }

        return null;
    }

    /// <summary>The text of a fit in a URL.</summary>
    public static string Name(this Fit fit) => fit switch
    {
        Fit.Cover => "cover",
        Fit.Contain => "contain",
        Fit.Fill => "fill",
        Fit.Inside => "inside",
        Fit.Outside => "outside",
        Fit.Pad => "pad",
        _ => throw new ArgumentOutOfRangeException(nameof(fit)),
    };

    /// <summary>The text of a gravity in a URL.</summary>
    public static string Name(this Gravity gravity) => gravity switch
    {
        Gravity.Center => "center",
        Gravity.North => "north",
        Gravity.Northeast => "northeast",
        Gravity.East => "east",
        Gravity.Southeast => "southeast",
        Gravity.South => "south",
        Gravity.Southwest => "southwest",
        Gravity.West => "west",
        Gravity.Northwest => "northwest",
        Gravity.Smart => "smart",
        Gravity.Focal => "focal",
        _ => throw new ArgumentOutOfRangeException(nameof(gravity)),
    };

    /// <summary>Whether a text is the slug of a preset or overlay: 1 to 100 of <c>a-z</c>, <c>0-9</c>, <c>_</c>.</summary>
    public static bool IsPresetSlug(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxPresetLength && !text.ContainsAnyExcept(PresetCharacters);

    internal static Fit? ReadFit(ReadOnlySpan<char> text) => text switch
    {
        "cover" => Fit.Cover,
        "contain" => Fit.Contain,
        "fill" => Fit.Fill,
        "inside" => Fit.Inside,
        "outside" => Fit.Outside,
        "pad" => Fit.Pad,
        _ => null,
    };

    internal static Gravity? ReadGravity(ReadOnlySpan<char> text) => text switch
    {
        "center" => Gravity.Center,
        "north" => Gravity.North,
        "northeast" => Gravity.Northeast,
        "east" => Gravity.East,
        "southeast" => Gravity.Southeast,
        "south" => Gravity.South,
        "southwest" => Gravity.Southwest,
        "west" => Gravity.West,
        "northwest" => Gravity.Northwest,
        "smart" => Gravity.Smart,
        "focal" => Gravity.Focal,
        _ => null,
    };
}

/// <summary>Every operation of an image URL, in canonical order; <see cref="Preset"/> comes last because the canonical form never holds it.</summary>
public enum OperationKey
{
    Format,
    Width,
    Height,
    Fit,
    Gravity,
    Background,
    Quality,
    Rotation,
    Sharpen,
    Blur,
    Greyscale,
    Flip,
    Flop,
    FocalX,
    FocalY,
    AspectRatio,
    Dpr,
    Crop,
    Trim,
    Pad,
    Round,
    Brightness,
    Contrast,
    Saturation,
    Gamma,
    Tint,
    Duotone,
    Pixelate,
    MaxBytes,
    Overlay,
    Overlay2,
    Overlay3,
    OverlayDpr,
    Text1,
    Text2,
    Text3,
    Text4,
    Text5,
    Text6,
    Text7,
    Text8,
    Text9,
    Preset,
}

/// <summary>One row of the grammar: how an operation is written, what it takes, what holds when it is not said and where it has an effect.</summary>
/// <param name="Key">The operation.</param>
/// <param name="Name">Its text in a URL, lower case.</param>
/// <param name="Accepted">What would be accepted, as told to a caller whose value was refused.</param>
public sealed record OperationRule(OperationKey Key, string Name, string Accepted)
{
    /// <summary>What holds when it is not said, in words.</summary>
    public string Default { get; init; } = "none";

    /// <summary>Where it has an effect; elsewhere the canonical form drops it.</summary>
    public string AppliesTo { get; init; } = "every output";

    /// <summary>Whether it stands bare, without a value.</summary>
    public bool IsFlag { get; init; }

    /// <summary>Smallest number taken, in the operation's own unit; 0 where it takes no number.</summary>
    public double Min { get; init; }

    /// <summary>Largest number taken; 0 where it takes no number.</summary>
    public double Max { get; init; }
}
