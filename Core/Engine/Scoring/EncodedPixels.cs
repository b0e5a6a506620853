using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Core.Engine.Scoring;

/// <summary>Reads back what an encoder of ours wrote, to judge it. Never given anything else.</summary>
internal static class EncodedPixels
{
    /// <returns>8 bit sRGB, three bytes a pixel, alpha left out.</returns>
    /// <exception cref="VipsException">It cannot be read.</exception>
    public static byte[] Of(byte[] file, ImageFormat format)
    {
        if (format == ImageFormat.Jxl)
            return JxlEncoder.Decode(file);
        using var opened = format switch
        {
            ImageFormat.Jpg => Image.JpegloadBuffer(file),
            ImageFormat.Png => Image.PngloadBuffer(file),
            ImageFormat.Webp => Image.WebploadBuffer(file),
            ImageFormat.Avif => Image.HeifloadBuffer(file),
            _ => Image.GifloadBuffer(file),
        };
        using var coloured = opened.Colourspace(Enums.Interpretation.Srgb);
        using var colours = coloured.Bands > 3 ? coloured.ExtractBand(0, n: 3) : coloured.Copy();
        return colours.WriteToMemory<byte>();
    }
}
