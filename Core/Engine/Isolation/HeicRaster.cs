using System.Runtime.CompilerServices;
using ImageMagick;
using ImageService.Core.Engine.Colour;
using ImageService.Core.Engine.Metadata;
using ImageService.Core.Errors;
using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// Decodes HEIC, which libvips' build does not, with Magick.NET: named format only, no delegates, no disk. The library is loaded in the
/// isolated decoder and nowhere else.
/// </summary>
internal static class HeicRaster
{
    /// <returns>A JPEG, or a PNG where there is alpha, with the original's ICC profile and copyright; <see cref="ErrorCode.UnsupportedImageType"/> where
    /// the library is missing.</returns>
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
            var signal = ReadSignal(request.Path);
            RasterFile decoded;
            using (var image = new MagickImage(request.Path, settings))
            {
                if (signal is null || image.GetColorProfile() is not null)
                    return Save(image, request);
                decoded = SaveLossless(image, request);
            }

            return InSrgb(decoded, signal, request);
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

    private static ColourSignal? ReadSignal(string path)
    {
        using var file = File.OpenRead(path);
        return ColourSignal.Read(file, OriginalFormat.Heic);
    }

    // What the file says of its colours by code points has no place in a JPEG or PNG of the library's: it is applied, as to any other original.
    private static RasterFile InSrgb(RasterFile decoded, ColourSignal signal, DecodeRequest request)
    {
        try
        {
            using var opened = OriginalFile.At(decoded.Path, decoded.Format).Open(allFrames: false, shrink: 1, Enums.FailOn.Error);
            var header = ImageHeader.Read(opened, decoded.Format) with { Signal = signal };
            return PlainRaster.Write(request with { Path = decoded.Path }, header) with { Exif = decoded.Exif };
        }
        finally
        {
            File.Delete(decoded.Path);
        }
    }

    private static RasterFile SaveLossless(MagickImage image, DecodeRequest request)
    {
        var exif = LeaveCopyright(image);
        var path = $"{request.WorkingCopyPath}.decoded.png";
        image.Quality = 10;
        image.Write(path, MagickFormat.Png);
        return new RasterFile(path, OriginalFormat.Png, exif);
    }

    /// <returns>The EXIF data as it was.</returns>
    private static byte[] LeaveCopyright(MagickImage image)
    {
        var exif = image.GetProfile("exif")?.ToByteArray() ?? [];
        foreach (var name in image.ProfileNames.Where(name => name is not ("icc" or "icm")).ToList())
            image.RemoveProfile(name);
        var kept = ExifWriter.Write(orientation: 1, ExifFacts.Copyright(exif));
        if (kept.Length > 0)
            image.SetProfile(new ExifProfile((byte[])[.. "Exif\0\0"u8, .. kept]));
        return exif;
    }

    private static RasterFile Save(MagickImage image, DecodeRequest request)
    {
        var exif = LeaveCopyright(image);

        // libheif has turned the pixels already, and the EXIF that said how is gone.
        var format = image.HasAlpha ? OriginalFormat.Png : OriginalFormat.Jpg;
        var path = $"{request.WorkingCopyPath}.{format.Name()}";
        image.Quality = format == OriginalFormat.Png ? 60u : 95u;
        image.Settings.SetDefine(MagickFormat.Jpeg, "sampling-factor", "4:4:4");
        image.Write(path, format == OriginalFormat.Png ? MagickFormat.Png : MagickFormat.Jpeg);
        return new RasterFile(path, format, exif);
    }
}
