namespace ImageService.Core.Engine.Provenance;

/// <summary>GIF: an application extension before the first image holds the manifest store, in blocks of at most 255 bytes.</summary>
internal static class GifCredentials
{
    private const int HeadBytes = 13;
    private const byte Extension = 0x21;
    private const byte Image = 0x2C;
    private const byte Trailer = 0x3B;
    private const byte Application = 0xFF;

    // The block's length, its name and its version.
    private static ReadOnlySpan<byte> Name => "\u000BC2PA_GIF\u0001\0\0"u8;

    public static ContentCredentials? Find(FileProbe file)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        Span<byte> name = stackalloc byte[Name.Length];
        if (!file.TryRead(0, head))
            return null;
        var at = HeadBytes + ((head[10] & 0x80) != 0 ? 3L << ((head[10] & 7) + 1) : 0);
        head = head[..2];
        while (file.TryRead(at, head))
        {
            if (head[0] is Image or Trailer)
                return ContentCredentials.None;
            if (head[0] != Extension)
                return null;
            var isOurs = head[1] == Application && file.TryRead(at + 2, name) && name.SequenceEqual(Name)
                && ManifestStore.BeginsAt(file, at + 2 + Name.Length + 1);
            if (Bytes(file, at + 2) is not var (bytes, end))
                return null;
            if (isOurs)
                return new ContentCredentials(CredentialsPlace.ApplicationBlock, bytes - (Name.Length - 1));
            at = end;
        }

        return null;
    }

    // What the blocks hold up to the empty one, and the place behind that.
    private static (long Bytes, long End)? Bytes(FileProbe file, long at)
    {
        Span<byte> length = stackalloc byte[1];
        for (var bytes = 0L; file.TryRead(at, length); bytes += length[0])
        {
            at += 1 + length[0];
            if (length[0] == 0)
                return (bytes, at);
        }

        return null;
    }
}
