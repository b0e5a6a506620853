using System.Buffers.Binary;
using System.IO.Hashing;

namespace ImageService.Core.Engine.Stripping;

/// <summary>
/// PNG (third edition, section 11): keeps the chunks that decide how pixels look, animation included; drops text, time, EXIF, private chunks and whatever
/// follows the end.
/// </summary>
internal static class PngStripper
{
    private static readonly string[] Shown =
        ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "cICP", "mDCV", "cLLI", "bKGD", "pHYs", "acTL", "fcTL", "fdAT"];

    /// <returns>Null where the structure is broken.</returns>
    public static FilePieces? Strip(ReadOnlySpan<byte> file, bool keepCopyright)
    {
        if (file.Length < 8)
            return null;
        var kept = new FilePieces();
        kept.Keep(0, 8);
        var exif = default(ReadOnlySpan<byte>);
        var afterHeader = 0;
        for (var at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
            if (length > file.Length - at - 12)
                return null;
            var chunk = file.Slice(at, (int)length + 12);
            var type = chunk.Slice(4, 4);
            var start = at;
            at += chunk.Length;
            if (type.SequenceEqual("eXIf"u8))
                exif = chunk[8..^4];
            else if (IsShown(type) || (keepCopyright && IsCopyrightText(type, chunk[8..^4])))
                kept.Keep(start, chunk.Length);
            if (type.SequenceEqual("IHDR"u8))
                afterHeader = kept.Mark();
            if (type.SequenceEqual("IEND"u8) && afterHeader > 0)
            {
                kept.Insert(afterHeader, Chunk(OriginalStripper.Remainder(exif, default, keepCopyright)));
                return kept;
            }
        }

        return null;
    }

    private static bool IsShown(ReadOnlySpan<byte> type)
    {
        foreach (var name in Shown)
        {
            if (type[0] == name[0] && type[1] == name[1] && type[2] == name[2] && type[3] == name[3])
                return true;
        }

        return false;
    }

    private static bool IsCopyrightText(ReadOnlySpan<byte> type, ReadOnlySpan<byte> body) =>
        type.SequenceEqual("tEXt"u8) && body.Length < 2048 && (body.StartsWith("Copyright\0"u8) || body.StartsWith("Author\0"u8));

    private static byte[] Chunk(byte[] exif)
    {
        if (exif.Length == 0)
            return [];
        var chunk = new byte[exif.Length + 12];
        BinaryPrimitives.WriteUInt32BigEndian(chunk, (uint)exif.Length);
        "eXIf"u8.CopyTo(chunk.AsSpan(4));
        exif.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + exif.Length), Crc32.HashToUInt32(chunk.AsSpan(4, exif.Length + 4)));
        return chunk;
    }
}
