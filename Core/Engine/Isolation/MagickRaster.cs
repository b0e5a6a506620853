using System.Runtime.CompilerServices;
using ImageMagick;
using ImageService.Core.Engine.Colour;
using ImageService.Core.Engine.Metadata;
using ImageService.Core.Errors;
using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// Decodes HEIC and JPEG XL, which libvips' build does not, with Magick.NET: named format only, no delegates, no disk. Only the isolated decoder gives it what
/// a stranger wrote.
/// </summary>
internal static class MagickRaster
{
    // Of a JPEG XL, whether it is a drawing is judged by as many lines.
    private const int LinesLookedAt = 64;
    private const double DrawnShare = 0.4;

    /// <param name="request">What to read.</param>
    /// <param name="format">HEIC or JPEG XL, by content.</param>
    /// <param name="admit">Told the bytes that decoding will take.</param>
    /// <returns>A JPEG, or a PNG where there is alpha or a drawing, with the original's ICC profile and copyright;
    /// <see cref="ErrorCode.UnsupportedImageType"/> where the library is missing.</returns>
    public static Result<RasterFile> Write(DecodeRequest request, OriginalFormat format, Action<long> admit)
    {
        try
        {
            return Decode(request, format, admit);
        }
        catch (Exception missing) when (missing is DllNotFoundException or TypeInitializationException or BadImageFormatException or FileNotFoundException)
        {
            return EngineErrors.NoDecoder(format);
        }
    }

    // Not inlined, so that the library is looked for inside the try above.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Result<RasterFile> Decode(DecodeRequest request, OriginalFormat format, Action<long> admit)
    {
        ResourceLimits.Memory = (ulong)request.MemoryBytes;
        ResourceLimits.Disk = 0;
        ResourceLimits.Width = ImageHeader.MaxSide;
        ResourceLimits.Height = ImageHeader.MaxSide;
        ResourceLimits.ListLength = 16;
        ResourceLimits.Thread = 1;
        try
        {
            // One frame is read, of an animation the first.
            var settings = new MagickReadSettings
            {
                Format = format == OriginalFormat.Jxl ? MagickFormat.Jxl : MagickFormat.Heic, FrameIndex = 0,
                FrameCount = 1
            };
            var header = new MagickImageInfo(request.Path, settings);
            var pixels = (long)header.Width * header.Height;
            if (pixels > request.MaxPixels)
                return EngineErrors.TooManyPixels(pixels, request.MaxPixels);
            var needed = MemoryEstimate.ForDecode(format, pixels);
            if (needed > request.MemoryBytes)
                return EngineErrors.TooMuchMemory(needed, request.MemoryBytes);
            admit(needed);
            var signal = ReadSignal(request.Path, format);
            RasterFile decoded;
            using (var image = new MagickImage(request.Path, settings))
            {
                if (signal is null || image.GetColorProfile() is not null)
                    return Save(image, request, isPlain: image.HasAlpha || (format == OriginalFormat.Jxl && LooksDrawn(image)));
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
            return EngineErrors.Undecodable(format);
        }
    }

    private static ColourSignal? ReadSignal(string path, OriginalFormat format)
    {
        // The library gives JPEG XL's colours as a profile.
        if (format == OriginalFormat.Jxl)
            return null;
        using var file = File.OpenRead(path);
        return ColourSignal.Read(file, format);
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

    // Most neighbours are equal in what was drawn; JPEG would blur what a lossless JPEG XL kept.
    private static bool LooksDrawn(MagickImage image)
    {
        using var pixels = image.GetPixels();
        var (bytes, same, seen) = ((int)pixels.Channels, 0L, 0L);
        for (var y = 0L; y < image.Height; y += Math.Max(1, image.Height / LinesLookedAt))
        {
            var line = pixels.GetArea(0, (int)y, image.Width, 1) ?? [];
            for (var at = bytes; at < line.Length; at += bytes, seen++)
                same += line.AsSpan(at, bytes).SequenceEqual(line.AsSpan(at - bytes, bytes)) ? 1 : 0;
        }

        return same > DrawnShare * seen;
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

    private static RasterFile Save(MagickImage image, DecodeRequest request, bool isPlain)
    {
        var exif = LeaveCopyright(image);

        // The library has turned the pixels already, and the EXIF that said how is gone.
        var format = isPlain ? OriginalFormat.Png : OriginalFormat.Jpg;
        var path = $"{request.WorkingCopyPath}.{format.Name()}";
        image.Quality = format == OriginalFormat.Png ? 60u : 95u;
        image.Settings.SetDefine(MagickFormat.Jpeg, "sampling-factor", "4:4:4");
        image.Write(path, format == OriginalFormat.Png ? MagickFormat.Png : MagickFormat.Jpeg);
        return new RasterFile(path, format, exif);
    }
}
