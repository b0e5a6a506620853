using System.Buffers.Binary;

namespace ImageService.Core.Engine.Provenance;

/// <summary>
/// Boxes of ISO/IEC 14496-12 at the top of a file. AVIF and HEIC: a <c>uuid</c> box of C2PA's, with version, flags, a purpose and (of a manifest) the place of
/// what hashes refer to before the manifest store. JPEG XL: the manifest store is a box of the file itself; a bare codestream has none.
/// </summary>
internal static class BoxCredentials
{
    private const int UuidBytes = 16;
    private const int FlagBytes = 4;
    private const int OffsetBytes = 8;

    // d8fec3d6-1b0e-483c-9297-5828877ec481
    private static ReadOnlySpan<byte> Uuid => [0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C, 0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81];

    public static ContentCredentials? FindInHeif(FileProbe file) => Find(file, "uuid"u8, static (file, box) => OfUuid(file, box));

    public static ContentCredentials? FindInJxl(FileProbe file)
    {
        Span<byte> head = stackalloc byte[2];
        return file.TryRead(0, head) && head.SequenceEqual((ReadOnlySpan<byte>)[0xFF, 0x0A])
            ? ContentCredentials.None
            : Find(file, "jumb"u8, static (file, box) =>
                ManifestStore.BeginsAt(file, box.At) ? new ContentCredentials(CredentialsPlace.JumbBox, box.End - box.At) : null);
    }

    private static ContentCredentials? Find(FileProbe file, ReadOnlySpan<byte> type, Func<FileProbe, Box, ContentCredentials?> look)
    {
        Span<byte> head = stackalloc byte[8];
        Span<byte> large = stackalloc byte[8];
        var at = 0L;
        while (at < file.Length)
        {
            if (!file.TryRead(at, head))
                return null;
            var (body, size) = (at + 8, (ulong)BinaryPrimitives.ReadUInt32BigEndian(head));
            if (size == 1)
            {
                if (!file.TryRead(body, large))
                    return null;
                (body, size) = (at + 16, BinaryPrimitives.ReadUInt64BigEndian(large));
            }
            else if (size == 0)
            {
                size = (ulong)(file.Length - at);
            }

            if (size < (ulong)(body - at) || size > (ulong)(file.Length - at))
                return null;
            var box = new Box(at, body, at + (long)size);
            if (head[4..].SequenceEqual(type) && look(file, box) is { } found)
                return found;
            at = box.End;
        }

        return ContentCredentials.None;
    }

    private static ContentCredentials? OfUuid(FileProbe file, Box box)
    {
        Span<byte> head = stackalloc byte[UuidBytes + FlagBytes + "manifest\0"u8.Length];
        if (box.End - box.Body < head.Length || !file.TryRead(box.Body, head) || !head.StartsWith(Uuid))
            return null;
        var purpose = head[(UuidBytes + FlagBytes)..];
        var end = purpose.IndexOf((byte)0);
        if (end < 0 || !(purpose[..end].SequenceEqual("manifest"u8) || purpose[..end].SequenceEqual("original"u8) || purpose[..end].SequenceEqual("update"u8)))
            return null;
        var store = box.Body + UuidBytes + FlagBytes + end + 1;
        if (ManifestStore.BeginsAt(file, store + OffsetBytes))
            store += OffsetBytes;
        else if (!ManifestStore.BeginsAt(file, store))
            return null;
        return store < box.End ? new ContentCredentials(CredentialsPlace.UuidBox, box.End - store) : null;
    }

    private readonly record struct Box(long At, long Body, long End);
}
