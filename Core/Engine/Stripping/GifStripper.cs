namespace ImageService.Core.Engine.Stripping;

/// <summary>
/// GIF89a: keeps images, their control blocks and the repetition count; drops comments, texts, all other application data (XMP among it) and whatever
/// follows the end.
/// </summary>
internal static class GifStripper
{
    private const byte Extension = 0x21;
    private const byte Image = 0x2C;
    private const byte Trailer = 0x3B;
    private const byte GraphicControl = 0xF9;
    private const byte Application = 0xFF;

    /// <returns>Null where the structure is broken.</returns>
    public static FilePieces? Strip(ReadOnlySpan<byte> file)
    {
        if (file.Length < 13)
            return null;
        var at = 13 + TableBytes(file[10]);
        if (at > file.Length)
            return null;
        var kept = new FilePieces();
        kept.Keep(0, at);
        while (at < file.Length)
        {
            var start = at;
            switch (file[at])
            {
                case Trailer:
                    kept.Keep(at, 1);
                    return kept;
                case Extension when at + 2 < file.Length:
                    if (!SkipBlocks(file, at + 2, out at))
                        return null;
                    if (Stays(file[start..at]))
                        kept.Keep(start, at - start);
                    break;
                case Image when at + 10 < file.Length:
                    // Descriptor of ten bytes, its table, the code size, the data.
                    if (!SkipBlocks(file, at + 10 + TableBytes(file[at + 9]) + 1, out at))
                        return null;
                    kept.Keep(start, at - start);
                    break;
                default:
                    return null;
            }
        }

        // Without a trailer, as many files are.
        kept.Add([Trailer]);
        return kept;
    }

    private static int TableBytes(byte flags) => (flags & 0x80) != 0 ? 3 << ((flags & 7) + 1) : 0;

    private static bool Stays(ReadOnlySpan<byte> block) => block[1] switch
    {
        GraphicControl => true,
        Application => block.Length > 14 && block[2] == 11
            && (block[3..].StartsWith("NETSCAPE2.0"u8) || block[3..].StartsWith("ANIMEXTS1.0"u8) || block[3..].StartsWith("ICCRGBG1012"u8)),
        _ => false,
    };

    // Blocks of up to 255 bytes, each behind its length; a length of zero ends them.
    private static bool SkipBlocks(ReadOnlySpan<byte> file, int at, out int after)
    {
        while (at < file.Length)
        {
            var length = file[at];
            at += 1 + length;
            if (length == 0)
            {
                after = at;
                return true;
            }
        }

        after = file.Length;
        return false;
    }
}
