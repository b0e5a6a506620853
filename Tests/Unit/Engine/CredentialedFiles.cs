using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Provenance;
using ImageService.Core.Operations;
using NetVips;

namespace ImageService.Tests.Core.Engine;

/// <summary>
/// Small pictures with Content Credentials at the place that C2PA 2.4, annex A.3, names for their format, put together here by the specification. Their
/// manifest store is a superbox of C2PA's type with nothing to verify in it.
/// </summary>
internal static class CredentialedFiles
{
    public const int StoreBytes = 700;

    public static async Task<(byte[] File, CredentialsPlace Place)> MakeAsync(OriginalFormat format) => format switch
    {
        OriginalFormat.Jpg => (Jpeg(Drawings.Jpeg(64, 48), Store()), CredentialsPlace.App11Segment),
        OriginalFormat.Png => (Png(Drawings.PngWithAlpha(32), Store()), CredentialsPlace.CabxChunk),
        OriginalFormat.Webp => (Webp(Drawings.AnimatedWebp(), Store()), CredentialsPlace.C2paChunk),
        OriginalFormat.Gif => (Gif(Drawings.Gif(), Store()), CredentialsPlace.ApplicationBlock),
        OriginalFormat.Avif or OriginalFormat.Heic => (Heif(Avif(), Store()), CredentialsPlace.UuidBox),
        OriginalFormat.Jxl =>
            (Jxl((await Workbench.MakeAsync(Drawings.Jpeg(64, 48), "w_32", ImageFormat.Jxl)).Bytes.ToArray(), Store()), CredentialsPlace.JumbBox),
        OriginalFormat.Tiff => (Tiff(Store()), CredentialsPlace.TiffTag),
        _ => (Svg(Store()), CredentialsPlace.ManifestElement),
    };

    /// <summary>A superbox with its description box: type, toggles, label.</summary>
    public static byte[] Store(int length = StoreBytes)
    {
        byte[] description =
            [0, 0, 0, 30, .. "jumd"u8, 0x63, 0x32, 0x70, 0x61, 0, 0x11, 0, 0x10, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71, 3, .. "c2pa\0"u8];
        return [.. Big32(length), .. "jumb"u8, .. description, .. Enumerable.Range(0, length - 8 - description.Length).Select(static i => (byte)i)];
    }

    /// <summary>In segments that hold this much of the store each; all but the first repeat its head.</summary>
    public static byte[] Jpeg(byte[] jpeg, byte[] store, int each = 300)
    {
        List<byte> segments = [];
        for (var (at, number) = (0, 1); at < store.Length; at += each, number++)
        {
            byte[] part = [.. number == 1 ? [] : store[..8], .. store[at..Math.Min(store.Length, at + each)]];
            segments.AddRange([0xFF, 0xEB, .. Big16(part.Length + 10), .. "JP"u8, 0, 7, .. Big32(number), .. part]);
        }

        return [.. jpeg[..2], .. segments, .. jpeg[2..]];
    }

    public static byte[] Png(byte[] png, byte[] store)
    {
        // After the signature and the header.
        const int header = 8 + 25;
        byte[] chunk = [.. "caBX"u8, .. store];
        return [.. png[..header], .. Big32(store.Length), .. chunk, .. Big32((int)Crc32.HashToUInt32(chunk)), .. png[header..]];
    }

    public static byte[] Webp(byte[] webp, byte[] store)
    {
        byte[] file = [.. webp, .. "C2PA"u8, .. Little32(store.Length), .. store, .. new byte[store.Length & 1]];
        Little32(file.Length - 8).CopyTo(file, 4);
        return file;
    }

    public static byte[] Gif(byte[] gif, byte[] store)
    {
        var preamble = 13 + ((gif[10] & 0x80) != 0 ? 3 << ((gif[10] & 7) + 1) : 0);
        var blocks = store.Chunk(255).SelectMany(static part => (byte[])[(byte)part.Length, .. part]);
        return [.. gif[..preamble], 0x21, 0xFF, 11, .. "C2PA_GIF"u8, 1, 0, 0, .. blocks, 0, .. gif[preamble..]];
    }

    public static byte[] Heif(byte[] avif, byte[] store)
    {
        byte[] uuid = [0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81];
        byte[] body = [.. "uuid"u8, .. uuid, 0, 0, 0, 0, .. "manifest\0"u8, .. new byte[8], .. store];
        return [.. avif, .. Big32(body.Length + 4), .. body];
    }

    public static byte[] Jxl(byte[] codestream, byte[] store) =>
        [0, 0, 0, 12, .. "JXL "u8, 13, 10, 0x87, 10, 0, 0, 0, 20, .. "ftypjxl "u8, 0, 0, 0, 0, .. "jxl "u8, .. store, .. Big32(codestream.Length + 8),
            .. "jxlc"u8, .. codestream];

    /// <summary>The directory anew at the end, with one tag more.</summary>
    public static byte[] Tiff(byte[] store)
    {
        using var quarters = Drawings.Quarters(40, 30);
        var tiff = quarters.TiffsaveBuffer();
        var directory = BinaryPrimitives.ReadInt32LittleEndian(tiff.AsSpan(4));
        var entries = BinaryPrimitives.ReadInt16LittleEndian(tiff.AsSpan(directory));
        byte[] file = [.. tiff, .. new byte[tiff.Length & 1], .. store, .. new byte[store.Length & 1], (byte)(entries + 1), 0,
            .. tiff.AsSpan(directory + 2, entries * 12), 0x41, 0xCD, 7, 0, .. Little32(store.Length), .. Little32((tiff.Length + 1) & ~1), 0, 0, 0, 0];
        Little32(file.Length - 6 - ((entries + 1) * 12)).CopyTo(file, 4);
        return file;
    }

    public static byte[] Svg(byte[] store) => Encoding.UTF8.GetBytes($"""
        <?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
        <svg xmlns="http://www.w3.org/2000/svg" xmlns:k="http://c2pa.org/manifest" width="40" height="30"><metadata><k:manifest>
        {Convert.ToBase64String(store, Base64FormattingOptions.InsertLineBreaks)}
        </k:manifest></metadata><rect width="9" height="9" fill="red"/></svg>
        """);

    private static byte[] Avif()
    {
        using var quarters = Drawings.Quarters(64, 48);
        return quarters.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0);
    }

    private static byte[] Big16(int number) => [(byte)(number >> 8), (byte)number];

    private static byte[] Big32(int number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];

    private static byte[] Little32(int number) => [(byte)number, (byte)(number >> 8), (byte)(number >> 16), (byte)(number >> 24)];
}
