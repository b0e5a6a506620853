using System.Globalization;
using System.Runtime.CompilerServices;
using ImageMagick;
using NetVips;

namespace ImageService.Core.Engine;

/// <summary>
/// Writes JPEG XL by libjxl, which Magick.NET carries and libvips' build does not. It is given finished pixels from memory and the format by name: it reads no
/// file, guesses no format and starts nothing.
/// </summary>
internal static class JxlEncoder
{
    /// <summary>From this quality on nothing is lost.</summary>
    public const int Lossless = 100;

    // Figures in docs/engine.md: more takes half as much time again for 7 % of the bytes, less takes no less time.
    private const int Effort = 3;
    private const int LosslessEffort = 5;
    private const int LargeLosslessEffort = 2;
    private const long LargePixels = 1_200_000;

    private static readonly Lazy<bool> Started = new(Configure);

    /// <param name="image">8 bit sRGB, with or without alpha.</param>
    /// <param name="quality">1 to 100; 100 loses nothing. Alpha is never lost.</param>
    /// <param name="keepExif">Whether the EXIF that is set on the image is written.</param>
    /// <exception cref="EncoderMissingException">The library is not there.</exception>
    /// <exception cref="VipsException">The pixels cannot be computed, or the library refuses them.</exception>
    public static byte[] Encode(Image image, int quality, bool keepExif)
    {
        using var coloured = image.Bands < 3 ? image.Colourspace(Enums.Interpretation.Srgb) : image.Copy();
        var pixels = coloured.WriteToMemory<byte>();
        var exif = keepExif && image.Contains("exif-data") && image.Get("exif-data") is byte[] data ? data : null;
        try
        {
            _ = Started.Value;
            return Write(pixels, coloured.Width, coloured.Height, coloured.HasAlpha(), quality, exif);
        }
        catch (Exception missing) when (missing is DllNotFoundException or TypeInitializationException or BadImageFormatException or FileNotFoundException)
        {
            throw new EncoderMissingException(missing);
        }
        catch (MagickException refused)
        {
            throw new VipsException(refused.Message, refused);
        }
    }

    /// <summary>Reads back what <see cref="Encode"/> wrote.</summary>
    /// <returns>8 bit sRGB, three bytes a pixel.</returns>
    public static byte[] Decode(byte[] file)
    {
        using var picture = new MagickImage(file, new MagickReadSettings { Format = MagickFormat.Jxl });
        using var pixels = picture.GetPixels();
        return pixels.ToByteArray(PixelMapping.RGB)!;
    }

    // Not inlined, nor the other, so that the library is looked for inside the try above.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] Write(byte[] pixels, int width, int height, bool hasAlpha, int quality, byte[]? exif)
    {
        using var picture = new MagickImage();
        picture.ReadPixels(pixels, new PixelReadSettings((uint)width, (uint)height, StorageType.Char, hasAlpha ? PixelMapping.RGBA : PixelMapping.RGB));
        if (exif is not null)
            picture.SetProfile(new ExifProfile(exif));
        picture.Quality = (uint)quality;
        picture.Settings.SetDefine(MagickFormat.Jxl, "effort",
            (quality < Lossless ? Effort : (long)width * height > LargePixels ? LargeLosslessEffort : LosslessEffort).ToString(CultureInfo.InvariantCulture));
        return picture.ToByteArray(MagickFormat.Jxl);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Configure()
    {
        // As libvips: one thread to a transform; and never pixels on disk.
        ResourceLimits.Thread = 1;
        ResourceLimits.Disk = 0;
        return true;
    }
}

/// <summary>An encoder's library is not installed.</summary>
internal sealed class EncoderMissingException(Exception reason) : Exception("The encoder's library is not installed.", reason);
