using System.Runtime.CompilerServices;
using ImageMagick;
using ImageService.Core.Engine.Metadata;
using ImageService.Core.Errors;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// Decodes HEIC, which libvips' build does not, with Magick.NET: named format only, no delegates, no disk. The library is loaded in the
/// isolated decoder and nowhere else.
/// </summary>
internal static class HeicRaster
{
    /// <returns>A JPEG, or a PNG where there is alpha, with the original's ICC profile and copyright; <see cref="ErrorCode.UnsupportedImageType"/> where the library is missing.</returns>
    public static Result<RasterFile> Write(DecodeRequest request, Action<long> admit)
    {
        try
        {
            return Decode(request, admit);
        }
        catch (Exception missing) when (missing is DllNotFoundException or TypeInitializationException or BadImageFormatException or FileNotFoundException)
        {
            return EngineErrors.NoDecoder(OriginalFormat.Heic);
        }
    }

    // Not inlined, so that the library is looked for inside the try above.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Result<RasterFile> Decode(DecodeRequest request, Action<long> admit)
    {
        ResourceLimits.Memory = (ulong)request.MemoryBytes;
        ResourceLimits.Disk = 0;
        ResourceLimits.Width = ImageHeader.MaxSide;
        ResourceLimits.Height = ImageHeader.MaxSide;
        ResourceLimits.ListLength = 16;
        ResourceLimits.Thread = 1;
        try
        {
            var settings = new MagickReadSettings { Format = MagickFormat.Heic };
            var header = new MagickImageInfo(request.Path, settings);
            var pixels = (long)header.Width * header.Height;
            if (pixels > request.MaxPixels)
                return EngineErrors.TooManyPixels(pixels, request.MaxPixels);
            var needed = MemoryEstimate.ForDecode(OriginalFormat.Heic, pixels);
            if (needed > request.MemoryBytes)
                return EngineErrors.TooMuchMemory(needed, request.MemoryBytes);
            admit(needed);
            using var image = new MagickImage(request.Path, settings);
            return Save(image, request);
        }
        catch (MagickResourceLimitErrorException)
        {
            return EngineErrors.TooMuchMemory(null, request.MemoryBytes);
        }
        catch (MagickException)
        {
            return EngineErrors.Undecodable(OriginalFormat.Heic);
        }
    }

    private static RasterFile Save(MagickImage image, DecodeRequest request)
    {
        var exif = image.GetProfile("exif")?.ToByteArray() ?? [];
        foreach (var name in image.ProfileNames.Where(name => name is not ("icc" or "icm")).ToList())
            image.RemoveProfile(name);
        var kept = ExifWriter.Write(orientation: 1, ExifFacts.Copyright(exif));
        if (kept.Length > 0)
            image.SetProfile(new ExifProfile((byte[])[.. "Exif\0\0"u8, .. kept]));

        // libheif has turned the pixels already, and the EXIF that said how is gone.
        var format = image.HasAlpha ? OriginalFormat.Png : OriginalFormat.Jpg;
        var path = $"{request.WorkingCopyPath}.{format.Name()}";
        image.Quality = format == OriginalFormat.Png ? 60u : 95u;
        image.Settings.SetDefine(MagickFormat.Jpeg, "sampling-factor", "4:4:4");
        image.Write(path, format == OriginalFormat.Png ? MagickFormat.Png : MagickFormat.Jpeg);
        return new RasterFile(path, format, exif);
    }
}
