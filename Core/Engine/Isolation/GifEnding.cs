namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// Walks the blocks of a GIF to its end. Decoders take a file that was cut within a frame for a shorter animation; whoever uploaded it did not mean that.
/// Many writers leave out the trailer, and nothing of the pictures is missing then.
/// </summary>
internal static class GifEnding
{
    private const int Extension = 0x21;
    private const int Image = 0x2C;
    private const int Trailer = 0x3B;

    /// <summary>Whether every block is whole up to the trailer, or to the end of a file that shows something.</summary>
    public static bool IsWhole(string path)
    {
        using var file = new BufferedStream(File.OpenRead(path), 1 << 16);
        var head = new byte[13];
        if (file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !Skip(file, TableBytes(head[10])))
            return false;
        var hasImage = false;
        while (true)
        {
            switch (file.ReadByte())
            {
                case Trailer:
                    return true;
                case -1:
                    return hasImage;
                case Extension when Skip(file, 1) && SkipBlocks(file):
                    break;
                case Image when SkipImage(file):
                    hasImage = true;
                    break;
                default:
                    return false;
            }
        }
    }

    // Position and size, flags, table, code size, data.
    private static bool SkipImage(Stream file) =>
        Skip(file, 8) && file.ReadByte() is >= 0 and var flags && Skip(file, TableBytes(flags) + 1) && SkipBlocks(file);

    private static bool SkipBlocks(Stream file)
    {
        while (true)
        {
            var length = file.ReadByte();
            if (length <= 0)
                return length == 0;
            if (!Skip(file, length))
                return false;
        }
    }

    private static bool Skip(Stream file, int bytes)
    {
        Span<byte> skipped = stackalloc byte[1024];
        return file.ReadAtLeast(skipped[..bytes], bytes, throwOnEndOfStream: false) == bytes;
    }

    private static int TableBytes(int flags) => (flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0;
}
