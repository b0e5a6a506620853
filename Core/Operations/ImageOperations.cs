namespace ImageService.Core.Operations;

/// <summary>
/// What one URL asks for, as written: null or false means "not said". Produced by the parser, merged with a preset, then resolved into canonical form.
/// </summary>
public sealed record ImageOperations
{
    /// <summary>The whole original at full size (<c>original</c>); no other operation is set beside it.</summary>
    public bool Original { get; init; }

    /// <summary>px, 1 to 8192; <see cref="OperationsGrammar.AutoWidth"/> for <c>w_auto</c>, until it is resolved.</summary>
    public int? Width { get; init; }

    /// <summary>px, 1 to 8192.</summary>
    public int? Height { get; init; }

    public Fit? Fit { get; init; }

    public Gravity? Gravity { get; init; }

    public Rgba? Background { get; init; }

    public Quality? Quality { get; init; }

    public FormatChoice? Format { get; init; }

    /// <summary>Degrees clockwise: 90, 180 or 270.</summary>
    public int? Rotation { get; init; }

    /// <summary>0 to 10.</summary>
    public double? Sharpen { get; init; }

    /// <summary>Gaussian sigma, px, 0.3 to 1000.</summary>
    public double? Blur { get; init; }

    /// <summary>Greyscale (<c>bw</c>).</summary>
    public bool Greyscale { get; init; }

    /// <summary>Mirrored left to right (<c>flip</c>).</summary>
    public bool Flip { get; init; }

    /// <summary>Mirrored top to bottom (<c>flop</c>).</summary>
    public bool Flop { get; init; }

    /// <summary>
    /// Focal point of <see cref="Operations.Gravity.Focal"/> from the left, 0 to 1, in the picture as cropped: after rotation and mirroring (<c>fx</c>).
    /// In resolved operations: null means the centre.
    /// </summary>
    public double? FocalX { get; init; }

    /// <summary>The same from the top (<c>fy</c>).</summary>
    public double? FocalY { get; init; }

    /// <summary>Shape of the output; gives the side that is not said (<c>ar</c>).</summary>
    public AspectRatio? AspectRatio { get; init; }

    /// <summary>Device pixel ratio, 1 to 4, by which every length in px is multiplied (<c>dpr</c>).</summary>
    public double? Dpr { get; init; }

    /// <summary>A box of the upright original, taken before everything else (<c>crop</c>).</summary>
    public CropBox? Crop { get; init; }

    /// <summary>Borders of the top left corner's colour are removed; tolerance in percent of a channel's range, 0 to 100 (<c>trim</c>).</summary>
    public double? Trim { get; init; }

    /// <summary>Space around, after the resize (<c>pad</c>).</summary>
    public Padding? Pad { get; init; }

    /// <summary>Rounded corners, after <see cref="Pad"/> (<c>round</c>).</summary>
    public CornerRadius? Round { get; init; }

    /// <summary>Percent, 0 to 300, as CSS's <c>brightness()</c> (<c>bri</c>).</summary>
    public double? Brightness { get; init; }

    /// <summary>Percent, 0 to 300, as CSS's <c>contrast()</c> (<c>con</c>).</summary>
    public double? Contrast { get; init; }

    /// <summary>Percent, 0 to 300, as CSS's <c>saturate()</c> (<c>sat</c>).</summary>
    public double? Saturation { get; init; }

    /// <summary>0.1 to 10: out = in^(1/g) (<c>gam</c>).</summary>
    public double? Gamma { get; init; }

    /// <summary>The colour whose a* and b* the picture takes; its lightness stays (<c>tint</c>).</summary>
    public Rgba? Tint { get; init; }

    /// <summary>Colours for dark and light (<c>duotone</c>).</summary>
    public Duotone? Duotone { get; init; }

    /// <summary>Side of a block, px, 2 to 512 (<c>pixelate</c>).</summary>
    public int? Pixelate { get; init; }

    /// <summary>Largest file, bytes, 1,000 to 10,000,000: the quality is lowered until it fits (<c>bytes</c>).</summary>
    public int? MaxBytes { get; init; }

    /// <summary>Slug of the overlay that is drawn first (<c>o</c>).</summary>
    public string? Overlay { get; init; }

    /// <summary>Slug of the overlay that is drawn second (<c>o2</c>).</summary>
    public string? Overlay2 { get; init; }

    /// <summary>Slug of the overlay that is drawn third (<c>o3</c>).</summary>
    public string? Overlay3 { get; init; }

    /// <summary>What lengths of overlays in px are multiplied by, 1 to 4 (<c>odpr</c>); <see cref="Dpr"/> where it is not said.</summary>
    public double? OverlayDpr { get; init; }

    /// <summary>Texts for the overlays' variables (<c>t1</c> to <c>t9</c>).</summary>
    public OverlayTexts? Texts { get; init; }

    /// <summary>Slug of the preset whose operations this URL builds on.</summary>
    public string? Preset { get; init; }
}

/// <summary>How the picture meets the box that <c>w</c> and <c>h</c> describe (operation <c>f</c>).</summary>
public enum Fit
{
    Cover,
    Contain,
    Fill,
    Inside,
    Outside,
    Pad,
}

/// <summary>Which part stays when <see cref="Fit.Cover"/> crops, and where the picture sits on a canvas (operation <c>g</c>).</summary>
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

/// <summary>Encoder quality (operation <c>q</c>): 1 to 100, or chosen by format and content.</summary>
public readonly record struct Quality
{
    private Quality(int value) => Value = value;

    /// <summary>1 to 100; 0 or less where <see cref="IsAuto"/>.</summary>
    public int Value { get; }

    /// <summary>Whether it is chosen by format and content.</summary>
    public bool IsAuto => Value <= 0;

    /// <summary>Whether it is chosen one step lower, for those who save data.</summary>
    public bool IsEconomical => Value < 0;

    public static Quality Auto => default;

    /// <summary>One step below <see cref="Auto"/> (<c>q_eco</c>; what <c>q_auto</c> becomes with <c>Save-Data: on</c>).</summary>
    public static Quality Economical { get; } = new(-1);

    /// <summary>A fixed quality, clamped to 1..100.</summary>
    public static Quality Of(int value) => new(Math.Clamp(value, 1, 100));
}

/// <summary>The output format asked for (operation <c>fmt</c>): a fixed one, or negotiated from the request's <c>Accept</c>.</summary>
public readonly record struct FormatChoice(ImageFormat? Fixed)
{
    public static FormatChoice Auto => default;

    public bool IsAuto => Fixed is null;
}
