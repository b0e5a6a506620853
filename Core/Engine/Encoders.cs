using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine;

/// <summary>Settings of each encoder; the figures behind them are in <c>docs/engine.md</c>. A change here is a new <see cref="EngineRevision"/>.</summary>
internal static class Encoders
{
    private const double Megapixel = 1_000_000;

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
            ImageFormat.Png => image.PngsaveBuffer(compression: 6, filter: PngFilter(image), keep: keep),
            ImageFormat.Webp => image.WebpsaveBuffer(q: quality, effort: megapixels > 12 ? 1 : 2, keep: keep),
            ImageFormat.Avif => image.HeifsaveBuffer(
                q: AvifScale(quality),
                bitdepth: 8,
                compression: Enums.ForeignHeifCompression.Av1,
                effort: megapixels <= 1.2 ? 2 : megapixels <= 2.2 ? 1 : 0,
                subsampleMode: quality >= 90 ? Enums.ForeignSubsample.Off : Enums.ForeignSubsample.On,
                keep: keep),
            ImageFormat.Jxl => JxlEncoder.Encode(image, quality, keepExif),
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

    // Prediction pays for photographs and costs on drawings, whose runs of equal pixels deflate finds by itself.
    private static Enums.ForeignPngFilter PngFilter(Image image) =>
        ContentDetail.LooksDrawn(image) ? Enums.ForeignPngFilter.None : Enums.ForeignPngFilter.All;
}
