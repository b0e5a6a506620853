using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine;

/// <summary>Settings of each encoder; the figures behind them are in <c>docs/engine.md</c>. A change here is a new <see cref="EngineRevision"/>.</summary>
internal static class Encoders
{
    private const double Megapixel = 1_000_000;

    // Beyond it the second file takes too long.
    private const double MostWithoutLoss = 4;

    /// <summary>Writes the file.</summary>
    /// <param name="image">8 bit sRGB, with alpha only where the format has it; an animation as a roll of frames.</param>
    /// <param name="format">Output format.</param>
    /// <param name="quality">1 to 100; unused for PNG and GIF.</param>
    /// <param name="keepExif">Whether the EXIF that is set on the image (copyright only) is written.</param>
    /// <param name="hasPalette">Whether <see cref="Steps.ChoosePalette"/> has chosen the colours of a GIF.</param>
    public static byte[] Encode(Image image, ImageFormat format, int quality, bool keepExif, bool hasPalette)
    {
        var megapixels = image.Width * (double)image.Height / Megapixel;
        var keep = keepExif ? Enums.ForeignKeep.Exif : Enums.ForeignKeep.None;
        return format switch
        {
            // Optimised Huffman tables save 4 to 8 % and double the time and the memory of large files.
            ImageFormat.Jpg => image.JpegsaveBuffer(q: quality, optimizeCoding: megapixels < 4, keep: keep),
            ImageFormat.Png => Png(image, keep),
            ImageFormat.Webp => Webp(image, quality, megapixels, keep),
            ImageFormat.Avif => image.HeifsaveBuffer(
                q: AvifScale(quality),
                bitdepth: 8,
                compression: Enums.ForeignHeifCompression.Av1,
                effort: megapixels <= 1.2 ? 2 : megapixels <= 2.2 ? 1 : 0,
                subsampleMode: quality >= 90 ? Enums.ForeignSubsample.Off : Enums.ForeignSubsample.On,
                keep: keep),
            ImageFormat.Jxl => Jxl(image, quality, megapixels, keepExif),
            ImageFormat.Gif => Gif(image, GifBits(image, megapixels), hasPalette, keep),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }

    private static byte[] Gif(Image image, int bits, bool hasPalette, Enums.ForeignKeep keep)
    {
        // A still picture has nothing to repeat, and the encoder would say so for ever.
        using var roll = image.Contains("page-height") ? image.Copy() : image.Mutate(static still => still.Set(GValue.GIntType, "loop", 1));
        return roll.GifsaveBuffer(effort: 1, bitdepth: bits, interframeMaxerror: 8, interpaletteMaxerror: 10, reuse: hasPalette, keep: keep);
    }

    // The same number is to look alike in every format: JPEG's and WebP's 85 is what this encoder makes at 70.
    private static int AvifScale(int quality) => (int)Math.Round(quality <= 85 ? quality * 70 / 85.0 : 70 + ((quality - 85) * 2));

    // Giving each pixel of a large photograph one of 256 colours takes twice as long as one of 128.
    private static int GifBits(Image image, double megapixels) => megapixels > 1 && !image.Contains("page-height") ? Steps.ChoosePalette.Bits : 8;

    // Prediction pays for photographs and costs on drawings, whose runs of equal pixels deflate finds by itself, and which often have few colours.
    private static byte[] Png(Image image, Enums.ForeignKeep keep)
    {
        if (!ContentDetail.LooksDrawn(image))
            return image.PngsaveBuffer(compression: 6, filter: Enums.ForeignPngFilter.All, keep: keep);
        return keep == Enums.ForeignKeep.None && IndexedPng.Write(image) is { } indexed
            ? indexed : image.PngsaveBuffer(compression: 6, filter: Enums.ForeignPngFilter.None, keep: keep);
    }

    private static byte[] Webp(Image image, int quality, double megapixels, Enums.ForeignKeep keep)
    {
        var lossy = image.WebpsaveBuffer(q: quality, effort: megapixels > 12 ? 1 : 2, keep: keep);
        return IsWorthWithoutLoss(image, megapixels) ? Smaller(lossy, image.WebpsaveBuffer(lossless: true, effort: 2, keep: keep)) : lossy;
    }

    private static byte[] Jxl(Image image, int quality, double megapixels, bool keepExif)
    {
        var lossy = JxlEncoder.Encode(image, quality, keepExif);
        return quality < JxlEncoder.Lossless && IsWorthWithoutLoss(image, megapixels)
            ? Smaller(lossy, JxlEncoder.Encode(image, JxlEncoder.Lossless, keepExif)) : lossy;
    }

    /// <summary>Whether <see cref="Encode"/> reads a still picture's pixels more than once, so that they are to be settled before.</summary>
    public static bool LooksTwice(Image image, ImageFormat format) => format == ImageFormat.Png
        || (format is ImageFormat.Webp or ImageFormat.Jxl && image.Width * (double)image.Height / Megapixel <= MostWithoutLoss);

    // What is kept without loss is often the smaller file of what was drawn, and never the worse picture.
    private static bool IsWorthWithoutLoss(Image image, double megapixels) => megapixels <= MostWithoutLoss && ContentDetail.LooksDrawn(image);

    private static byte[] Smaller(byte[] lossy, byte[] lossless) => lossless.Length <= lossy.Length ? lossless : lossy;
}
