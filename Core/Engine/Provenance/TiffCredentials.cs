using System.Buffers.Binary;

namespace ImageService.Core.Engine.Provenance;

/// <summary>TIFF 6.0 and BigTIFF: a tag of the first directory points to the manifest store.</summary>
internal static class TiffCredentials
{
    private const ushort Tag = 52545;
    private const int BigVersion = 43;
    private const int MostEntries = 4096;

    // Of type BYTE or UNDEFINED.
    private const int TypeByte = 1;
    private const int TypeUndefined = 7;

    public static ContentCredentials? Find(FileProbe file)
    {
        Span<byte> head = stackalloc byte[16];
        if (!file.TryRead(0, head))
            return null;
        var numbers = new Numbers(head[0] == (byte)'I', Number(head[2..4], head[0] == (byte)'I') == BigVersion);
        var directory = numbers.Wide(numbers.IsBig ? head[8..] : head[4..]);
        Span<byte> entry = stackalloc byte[numbers.IsBig ? 20 : 12];
        var count = entry[..(numbers.IsBig ? 8 : 2)];
        if (directory > long.MaxValue || !file.TryRead((long)directory, count) || Number(count, numbers.IsLittle) is not (<= MostEntries and var entries))
            return null;
        var at = (long)directory + count.Length;
        for (var i = 0; i < (int)entries; i++, at += entry.Length)
        {
            if (!file.TryRead(at, entry))
                return null;
            if (Number(entry[..2], numbers.IsLittle) == Tag && Number(entry[2..4], numbers.IsLittle) is TypeByte or TypeUndefined)
                return Of(file, numbers.Wide(entry[4..]), numbers.Wide(entry[(numbers.IsBig ? 12 : 8)..]));
        }

        return ContentCredentials.None;
    }

    private static ContentCredentials? Of(FileProbe file, ulong bytes, ulong at) =>
        at <= (ulong)file.Length && bytes <= (ulong)file.Length - at && ManifestStore.BeginsAt(file, (long)at)
            ? new ContentCredentials(CredentialsPlace.TiffTag, (long)bytes)
            : null;

    private static ulong Number(ReadOnlySpan<byte> bytes, bool isLittle) => (bytes.Length, isLittle) switch
    {
        (2, true) => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        (2, false) => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        (4, true) => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        (4, false) => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        (_, true) => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
    };

    /// <param name="IsLittle">Byte order.</param>
    /// <param name="IsBig">BigTIFF: offsets and counts are of eight bytes, not of four.</param>
    private readonly record struct Numbers(bool IsLittle, bool IsBig)
    {
        /// <summary>An offset or count at the start of the span.</summary>
        public ulong Wide(ReadOnlySpan<byte> bytes) => Number(bytes[..(IsBig ? 8 : 4)], IsLittle);
    }
}
