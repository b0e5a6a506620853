namespace ImageService.Core.Engine.Colour;

/// <summary>How coded values become light: 1.0 is the white of a page.</summary>
internal abstract record TransferCurve
{
    /// <summary>What a page's white stands for in high dynamic range, cd/m² (ITU-R BT.2408).</summary>
    public const double PaperWhite = 203;

    /// <summary>IEC 61966-2-1.</summary>
    public static TransferCurve Srgb { get; } = new SrgbCurve();

    /// <summary>Whether values may exceed 1 and have to be brought back.</summary>
    public virtual bool IsHighRange => false;

    /// <summary>
    /// A curve of a code point of ITU-T H.273, table 3, as screens show it: BT.709 and its kin by BT.1886. Null where it says nothing or nothing known.
    /// </summary>
    public static TransferCurve? OfCode(int code) => code switch
    {
        1 or 6 or 14 or 15 => new PowerCurve(2.4),
        4 => new PowerCurve(2.2),
        5 => new PowerCurve(2.8),
        8 => new PowerCurve(1),
        13 => Srgb,
        16 => new PqCurve(),
        18 => new HlgCurve(),
        _ => null,
    };

    /// <summary>Light of a coded value from 0 to 1.</summary>
    public abstract double ToLight(double value);

    /// <summary>The sRGB value, 0 to 1, of light; cut off at both ends.</summary>
    public static double ToSrgb(double light) =>
        Math.Clamp(light, 0, 1) is var clipped && clipped <= 0.0031308 ? clipped * 12.92 : (1.055 * Math.Pow(clipped, 1 / 2.4)) - 0.055;

    private sealed record SrgbCurve : TransferCurve
    {
        public override double ToLight(double value) => value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }
}

/// <summary>A pure power, as PNG's gAMA says it.</summary>
/// <param name="Exponent">1 is linear.</param>
internal sealed record PowerCurve(double Exponent) : TransferCurve
{
    public override double ToLight(double value) => Math.Pow(value, Exponent);
}

/// <summary>SMPTE ST 2084: absolute light up to 10,000 cd/m².</summary>
internal sealed record PqCurve : TransferCurve
{
    public override bool IsHighRange => true;

    public override double ToLight(double value)
    {
        const double m1 = 2610 / 16384.0, m2 = 2523 / 32.0, c1 = 3424 / 4096.0, c2 = 2413 / 128.0, c3 = 2392 / 128.0;
        var power = Math.Pow(value, 1 / m2);
        return 10_000 / PaperWhite * Math.Pow(Math.Max(power - c1, 0) / (c2 - (c3 * power)), 1 / m1);
    }
}

/// <summary>ARIB STD-B67: light of the scene, 0 to 1; <see cref="SystemGamma"/> makes it light of a screen of 1000 cd/m² (ITU-R BT.2100).</summary>
internal sealed record HlgCurve : TransferCurve
{
    public const double PeakLight = 1000 / PaperWhite;
    public const double SystemGamma = 1.2;

    public override bool IsHighRange => true;

    public override double ToLight(double value) => value <= 0.5 ? value * value / 3 : (Math.Exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12;
}
