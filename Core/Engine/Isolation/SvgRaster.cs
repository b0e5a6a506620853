using System.IO.Compression;
using ImageService.Core.Errors;
using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>Draws an SVG once, at its own size, in a process that holds nothing else. The SVG itself is never served.</summary>
internal static class SvgRaster
{
    private const int MaxTextBytes = 10 << 20;

    // Paths and filters, and the surfaces of a few layers. More is taken only by drawings made for it, and cut off at the process's own limit.
    private const long DrawingBytes = 64L << 20;
    private const int BytesPerPixel = 12;

    /// <param name="request">What to draw.</param>
    /// <param name="admit">Told the bytes that drawing is likely to take.</param>
    /// <returns>A PNG.</returns>
    public static Result<RasterFile> Write(DecodeRequest request, Action<long> admit)
    {
        // Read from memory, a document has no place of its own, so that it cannot refer to files; librsvg loads nothing from elsewhere.
        if (ReadText(request.Path) is not { } text || text.AsSpan().IndexOf("<!ENTITY"u8) >= 0)
            return EngineErrors.Undecodable(OriginalFormat.Svg);
        VipsRuntime.AllowSvg();
        using var image = Image.SvgloadBuffer(text, unlimited: false, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
        var pixels = (long)image.Width * image.Height;
        if (image.Width > ImageHeader.MaxSide || image.Height > ImageHeader.MaxSide)
            return EngineErrors.SideTooLong(image.Width, image.Height, ImageHeader.MaxSide);
        if (pixels > request.MaxPixels)
            return EngineErrors.TooManyPixels(pixels, request.MaxPixels);
        admit(Math.Min(request.MemoryBytes, DrawingBytes + (pixels * BytesPerPixel)));
        var path = $"{request.WorkingCopyPath}.png";
        image.Pngsave(path, compression: 6, keep: Enums.ForeignKeep.None);
        return new RasterFile(path, OriginalFormat.Png, []);
    }

    // Null where it is longer than a drawing has reason to be.
    private static byte[]? ReadText(string path)
    {
        using var file = File.OpenRead(path);
        var gzip = file.ReadByte() == 0x1F;
        file.Position = 0;
        using Stream text = gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
        var buffer = new byte[MaxTextBytes + 1];
        try
        {
            var length = text.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return length > MaxTextBytes ? null : buffer[..length];
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
