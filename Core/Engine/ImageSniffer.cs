using System.Buffers.Binary;
using System.IO.Compression;
using ImageService.Core.Errors;

namespace ImageService.Core.Engine;

/// <summary>Tells an image's type by its first bytes. Names, extensions and media types are never asked.</summary>
public static class ImageSniffer
{
    /// <summary>Bytes from the start that suffice.</summary>
    public const int HeadBytes = 4096;

    // ISO/IEC 18181-2, 9.1: the signature box. A bare codestream begins with FF 0A.
    private static ReadOnlySpan<byte> JpegXlBox => [0, 0, 0, 0x0C, (byte)'J', (byte)'X', (byte)'L', (byte)' ', 0x0D, 0x0A, 0x87, 0x0A];

    /// <summary>The type of content that is known and allowed.</summary>
    /// <param name="head">The first <see cref="HeadBytes"/> bytes, or all if there are fewer.</param>
    /// <param name="allowed">Formats accepted.</param>
    /// <returns><see cref="ErrorCode.UnsupportedImageType"/> for anything else.</returns>
    public static Result<OriginalFormat> Judge(ReadOnlySpan<byte> head, IReadOnlySet<OriginalFormat> allowed) =>
        Sniff(head) switch
        {
            null => EngineErrors.UnknownType(),
            { } format when !allowed.Contains(format) => EngineErrors.TypeNotAllowed(format),
            { } format => format,
        };

    /// <summary>The type by content; null where it is none of ours.</summary>
    public static OriginalFormat? Sniff(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
            return OriginalFormat.Jpg;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return OriginalFormat.Png;
        if (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8))
            return OriginalFormat.Gif;
        if (head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8))
            return OriginalFormat.Webp;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]) || head.StartsWith(JpegXlBox))
            return OriginalFormat.Jxl;
        if (head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8) || head.StartsWith("II+\0"u8) || head.StartsWith("MM\0+"u8))
            return OriginalFormat.Tiff;
        return head.Length >= 16 && head[4..8].SequenceEqual("ftyp"u8) ? SniffHeif(head) : SniffSvg(head);
    }

    // ISO/IEC 14496-12: size, "ftyp", major brand, version, compatible brands.
    private static OriginalFormat? SniffHeif(ReadOnlySpan<byte> head)
    {
        var size = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(head), (uint)head.Length);
        var heic = false;
        var still = false;
        for (var at = 8; at + 4 <= size; at += at == 8 ? 8 : 4)
        {
            var brand = head.Slice(at, 4);
            if (brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8))
                return OriginalFormat.Avif;
            heic |= brand.StartsWith("he"u8) && (brand[2] is (byte)'i' or (byte)'v');
            still |= brand.SequenceEqual("mif1"u8);
        }

        if (heic)
            return OriginalFormat.Heic;

        // "mif1" alone says only "one still image"; the item's type says how it is coded.
        if (!still)
            return null;
        return head.IndexOf("av01"u8) >= 0 ? OriginalFormat.Avif : head.IndexOf("hvc1"u8) >= 0 ? OriginalFormat.Heic : null;
    }

    private static OriginalFormat? SniffSvg(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]))
            return StartsSvg(head) ? OriginalFormat.Svg : null;

        // svgz
        Span<byte> text = stackalloc byte[1024];
        return StartsSvg(text[..Inflate(head, text)]) ? OriginalFormat.Svg : null;
    }

    private static int Inflate(ReadOnlySpan<byte> head, Span<byte> text)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(head.ToArray()), CompressionMode.Decompress);
            return gzip.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException)
        {
            return 0;
        }
    }

    // Skips what may stand before the root element: byte order mark, white space, <?xml …?>, <!-- … -->, <!DOCTYPE svg …>.
    private static bool StartsSvg(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            text = text[3..];
        while (true)
        {
            text = text.TrimStart(" \t\r\n"u8);
            if (text.StartsWith("<svg"u8))
                return text.Length > 4 && text[4] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)'>' or (byte)'/' or (byte)':';
            if (text.StartsWith("<!DOCTYPE svg"u8))
                return true;
            var end = text.StartsWith("<?"u8) ? text.IndexOf("?>"u8) + 2 : text.StartsWith("<!--"u8) ? text.IndexOf("-->"u8) + 3 : 0;
            if (end < 4)
                return false;
            text = text[end..];
        }
    }
}
