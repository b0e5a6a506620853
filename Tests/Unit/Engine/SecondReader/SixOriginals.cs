using NetVips;

namespace ImageService.Tests.Core.Engine.SecondReader;

/// <summary>One kind of original that ImageMagick reads beside the engine.</summary>
internal sealed record SixOriginals
{
    /// <summary>px, upright; borders of 8 px around what is drawn, so that <c>trim</c> has work and no block of a JPEG lies across them.</summary>
    public const int Width = 120;

    public const int Height = 80;
    public const int Border = 8;

    /// <summary>What it is, and the name of its file.</summary>
    public required string Name { get; init; }

    public required byte[] Bytes { get; init; }

    /// <summary>What ImageMagick is told before any operation: to bring the pixels to upright sRGB.</summary>
    public string[] Prelude { get; init; } = [];

    public int Frames { get; init; } = 1;

    /// <summary>By how much more the pixels of this kind may differ in the mean, of 255: other decoders, and encoders that lose something.</summary>
    public double Allowance { get; init; }

    /// <summary>A still picture, an animation, one with alpha, one of 16 bits, one of inks, and one that EXIF turns.</summary>
    public static IReadOnlyList<SixOriginals> All { get; } = Draw();

    private static SixOriginals[] Draw()
    {
        using var still = Picture(0);
        using var alpha = WithAlpha(still);
        using var wide = still * 257;
        using var deep = wide.Cast(Enums.BandFormat.Ushort);
        using var deepColours = deep.Copy(interpretation: Enums.Interpretation.Rgb16);
        using var inks = Inks(still);
        using var stored = still.Rot270();
        using var mirrored = stored.FlipHor();
        using var turned = mirrored.Mutate(static image => image.Set(GValue.GIntType, "orientation", 7));
        return
        [
            new() { Name = "still.png", Bytes = still.PngsaveBuffer() },
            new() { Name = "animated.gif", Bytes = Animation(), Prelude = ["-coalesce"], Frames = 3, Allowance = 2 },
            new() { Name = "alpha.png", Bytes = alpha.PngsaveBuffer() },
            new() { Name = "16bit.png", Bytes = deepColours.PngsaveBuffer(bitdepth: 16) },
            new()
            {
                Name = "cmyk.jpg",
                Bytes = inks.JpegsaveBuffer(q: 100, subsampleMode: Enums.ForeignSubsample.Off, keep: Enums.ForeignKeep.None),
                Prelude = ["+profile", "*", "-intent", "Perceptual", "-black-point-compensation", "-profile", "cmyk.icc", "-profile", "srgb.icc"],
                Allowance = 1,
            },
            new()
            {
                Name = "turned.jpg",
                Bytes = turned.JpegsaveBuffer(q: 100, subsampleMode: Enums.ForeignSubsample.Off, keep: Enums.ForeignKeep.Exif),
                Prelude = ["-auto-orient", "+repage"],
                Allowance = 0.5,
            },
        ];
    }

    /// <summary>Gradients, soft waves and a disc within a dark border; frames differ in their colours and the disc's place.</summary>
    /// <param name="frame">From 0.</param>
    /// <param name="chroma">How strong colours are: WebP halves their resolution, which is no fault of what was drawn.</param>
    private static Image Picture(int frame, double chroma = 1)
    {
        var pixels = new byte[Width * Height * 3];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var inside = x >= Border && y >= Border && x < Width - Border && y < Height - Border;
                (double R, double G, double B) colour = (12, 24, 48);
                if (inside)
                    colour = (60 + (1.5 * x), 220 - (1.6 * y) - (40 * frame), 120 + (50 * Math.Sin(x / 9.0) * Math.Cos(y / 7.0)));
                if (inside && double.Hypot(x - 40 - (20 * frame), y - 36) < 18)
                    colour = (235, 225, 70);
                var at = ((y * Width) + x) * 3;
                var grey = (colour.R + colour.G + colour.B) / 3;
                (pixels[at], pixels[at + 1], pixels[at + 2]) = (Muted(colour.R), Muted(colour.G), Muted(colour.B));
                byte Muted(double value) => (byte)(grey + ((value - grey) * chroma));
            }
        }

        using var image = Image.NewFromMemoryCopy(pixels, Width, Height, 3, Enums.BandFormat.Uchar);
        return image.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    // Nothing at the border, from a quarter to all from left to right within.
    private static Image WithAlpha(Image picture)
    {
        var alpha = new byte[Width * Height];
        for (var y = Border; y < Height - Border; y++)
        {
            for (var x = Border; x < Width - Border; x++)
                alpha[(y * Width) + x] = (byte)Math.Min(255, 64 + (2 * x));
        }

        using var band = Image.NewFromMemoryCopy(alpha, Width, Height, 1, Enums.BandFormat.Uchar);
        return picture.Bandjoin(band);
    }

    private static Image Inks(Image picture)
    {
        using var inverted = picture.Invert();
        using var lighter = inverted * 0.7;
        using var inks = lighter.Bandjoin(30);
        using var bytes = inks.Cast(Enums.BandFormat.Uchar);
        return bytes.Copy(interpretation: Enums.Interpretation.Cmyk);
    }

    private static byte[] Animation()
    {
        var frames = Enumerable.Range(0, 3).Select(static frame => Picture(frame, chroma: 0.2)).ToArray();
        using var roll = Image.Arrayjoin(frames, across: 1);
        using var timed = roll.Mutate(static image =>
        {
            image.Set(GValue.GIntType, "page-height", Height);
            image.Set(GValue.ArrayIntType, "delay", new[] { 100, 200, 300 });
        });
        foreach (var frame in frames)
            frame.Dispose();
        return timed.GifsaveBuffer(dither: 0);
    }
}
