using System.Buffers.Binary;

namespace ImageService.Core.Engine.Provenance;

/// <summary>PNG and WebP: a chunk of its own holds the manifest store.</summary>
internal static class ChunkCredentials
{
    private const int PngSignatureBytes = 8;
    private const int RiffHeadBytes = 12;

    public static ContentCredentials? FindInPng(FileProbe file)
    {
        Span<byte> head = stackalloc byte[8];
        for (long at = PngSignatureBytes; file.TryRead(at, head);)
        {
            // A checksum of four bytes follows.
            long length = BinaryPrimitives.ReadUInt32BigEndian(head);
            if (at + 12 + length > file.Length)
                return null;
            if (head[4..].SequenceEqual("caBX"u8) && ManifestStore.BeginsAt(file, at + 8))
                return new ContentCredentials(CredentialsPlace.CabxChunk, length);
            if (head[4..].SequenceEqual("IEND"u8))
                return ContentCredentials.None;
            at += 12 + length;
        }

        return null;
    }

    public static ContentCredentials? FindInWebp(FileProbe file)
    {
        Span<byte> head = stackalloc byte[8];
        if (!file.TryRead(0, head))
            return null;
        var end = Math.Min(file.Length, 8L + BinaryPrimitives.ReadUInt32LittleEndian(head[4..]));
        for (long at = RiffHeadBytes; ;)
        {
            if (at + 8 > end)
                return ContentCredentials.None;
            if (!file.TryRead(at, head))
                return null;
            long length = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            if (at + 8 + length > end)
                return null;
            if (head.StartsWith("C2PA"u8) && ManifestStore.BeginsAt(file, at + 8))
                return new ContentCredentials(CredentialsPlace.C2paChunk, length);
            at += 8 + length + (length & 1);
        }
    }
}
