using System.Buffers.Binary;

namespace ImageService.Core.Engine.Stripping;

/// <summary>
/// Compressed texts of a PNG unpack to megabytes each before the first pixel is read, hundreds to a file. Nobody needs more than a few, so a file with many is
/// read without any.
/// </summary>
internal static class PngTexts
{
    // XMP, and profiles as old programs write them, are three.
    private const int Most = 8;

    // A keyword of at most 79 bytes and its end come before the flag.
    private const int KeywordBytes = 80;

    /// <summary>The file, or what shows of it where it holds too many compressed texts.</summary>
    public static byte[] Without(byte[] file)
    {
        using var stream = new MemoryStream(file, writable: false);
        return AreMany(stream) ? PngStripper.Strip(file, keepCopyright: true)?.Of(file) ?? file : file;
    }

    /// <summary>Whether there are more compressed texts than are read. Reads chunks' heads only, up to the end of the image: what follows is not PNG.</summary>
    public static bool AreMany(Stream file)
    {
        Span<byte> head = stackalloc byte[8];
        var texts = 0;
        for (file.Position = 8; file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length;)
        {
            var next = file.Position + BinaryPrimitives.ReadUInt32BigEndian(head) + 4;
            var type = head[4..];
            if (type.SequenceEqual("IEND"u8) || next > file.Length)
                return false;
            if (type.SequenceEqual("zTXt"u8) || (type.SequenceEqual("iTXt"u8) && IsCompressed(file)))
                texts++;
            if (texts > Most)
                return true;
            file.Position = next;
        }

        return false;
    }

    private static bool IsCompressed(Stream file)
    {
        Span<byte> start = stackalloc byte[KeywordBytes + 1];
        var read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        var end = start[..read].IndexOf((byte)0);
        return end >= 0 && end + 1 < read && start[end + 1] == 1;
    }
}
