using System.Buffers.Binary;

using ImageService.Core.Errors;

namespace ImageService.Core.Ingestion;

/// <summary>
/// Counts the entries of a ZIP before anything reads its directory into memory: a ZIP of a few megabytes can list millions.
/// Only the headers of the central directory are walked (APPNOTE.TXT sections 4.3.12 to 4.3.16).
/// </summary>
internal static class ArchiveDirectory
{
    private const int EndLength = 22;
    private const int Zip64LocatorLength = 20;
    private const int HeaderLength = 46;
    private const uint EndSignature = 0x06054b50;
    private const uint Zip64LocatorSignature = 0x07064b50;
    private const uint Zip64EndSignature = 0x06064b50;
    private const uint HeaderSignature = 0x02014b50;

    /// <summary>Walks at most <paramref name="limit"/> + 1 headers.</summary>
    /// <returns>The number of entries, or why the ZIP is refused.</returns>
    public static Result<int> Count(Stream archive, int limit)
    {
        if (FindDirectory(archive) is not { } position)
            return ArchiveErrors.NotAnArchive();
        var header = new byte[HeaderLength];
        for (var count = 0; ; count++)
        {
            if (count > limit)
                return ArchiveErrors.TooManyEntries(limit);
            archive.Position = position;
            if (archive.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength || Word(header, 0) != HeaderSignature)
                return count;
            position += HeaderLength + Short(header, 28) + Short(header, 30) + Short(header, 32);
        }
    }

    private static long? FindDirectory(Stream archive)
    {
        var tail = new byte[(int)Math.Min(archive.Length, EndLength + ushort.MaxValue)];
        archive.Position = archive.Length - tail.Length;
        archive.ReadExactly(tail);
        for (var at = tail.Length - EndLength; at >= 0; at--)
        {
            if (Word(tail, at) == EndSignature)
                return Inside(archive,
                    Word(tail, at + 16) is var offset and not uint.MaxValue ? offset : FindZip64(archive, archive.Length - tail.Length + at));
        }

        return null;
    }

    private static long? FindZip64(Stream archive, long end)
    {
        if (end < Zip64LocatorLength)
            return null;
        var locator = new byte[Zip64LocatorLength];
        archive.Position = end - Zip64LocatorLength;
        archive.ReadExactly(locator);
        if (Word(locator, 0) != Zip64LocatorSignature || Inside(archive, Long(locator, 8)) is not { } record)
            return null;
        var fixedPart = new byte[56];
        archive.Position = record;
        return archive.ReadAtLeast(fixedPart, fixedPart.Length, throwOnEndOfStream: false) == fixedPart.Length && Word(fixedPart, 0) == Zip64EndSignature
            ? Long(fixedPart, 48)
            : null;
    }

    private static long? Inside(Stream archive, long? position) => position is >= 0 && position < archive.Length ? position : null;

    private static uint Word(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static ushort Short(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static long Long(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));
}
