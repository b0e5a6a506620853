using System.Buffers.Binary;

namespace ImageService.Core.Engine.Stripping;

/// <summary>Reads the <c>meta</c> box: <c>iinf</c> names items, <c>iloc</c> tells where they lie.</summary>
internal static class AvifItems
{
    private const int MaxItems = 4096;

    /// <returns>EXIF and document items; null where the box is broken.</returns>
    public static IReadOnlyList<AvifItem>? Read(ReadOnlySpan<byte> file, AvifBox meta)
    {
        var kinds = new Dictionary<uint, bool>();
        AvifBox? locations = null;
        var data = 0;
        for (var at = meta.Body + 4; at < meta.End;)
        {
            if (!AvifBox.TryRead(file, at, meta.End, out var box))
                return null;
            if (box.Is("iinf"u8) && !ReadKinds(file, box, kinds))
                return null;
            if (box.Is("iloc"u8))
                locations = box;
            if (box.Is("idat"u8))
                data = box.Body;
            at = box.End;
        }

        if (kinds.Count == 0)
            return [];
        return locations is { } found ? ReadLocations(file, found, kinds, data) : null;
    }

    // iinf: version, flags, count (2 or 4 bytes), then infe boxes: version, flags, id (2 or 4 bytes), protection, type.
    private static bool ReadKinds(ReadOnlySpan<byte> file, AvifBox iinf, Dictionary<uint, bool> kinds)
    {
        if (iinf.End - iinf.Body < 6)
            return false;
        var at = iinf.Body + (file[iinf.Body] == 0 ? 6 : 8);
        while (at < iinf.End)
        {
            if (!AvifBox.TryRead(file, at, iinf.End, out var infe))
                return false;
            at = infe.End;
            if (infe.End - infe.Body < (file[infe.Body] >= 3 ? 14 : 12) || file[infe.Body] < 2)
                continue;
            var wide = file[infe.Body] >= 3;
            var id = wide ? BinaryPrimitives.ReadUInt32BigEndian(file[(infe.Body + 4)..]) : BinaryPrimitives.ReadUInt16BigEndian(file[(infe.Body + 4)..]);
            var type = file.Slice(infe.Body + (wide ? 10 : 8), 4);
            if (type.SequenceEqual("Exif"u8) || type.SequenceEqual("mime"u8) || type.SequenceEqual("uri "u8))
                kinds[id] = type.SequenceEqual("Exif"u8);
        }

        return true;
    }

    private static List<AvifItem>? ReadLocations(ReadOnlySpan<byte> file, AvifBox iloc, Dictionary<uint, bool> kinds, int data)
    {
        var reader = new Reader(file[..iloc.End], iloc.Body);
        var version = reader.Take(1);
        reader.Take(3);
        var sizes = reader.Take(2);
        var (offsetSize, lengthSize, baseSize, indexSize) =
            ((int)(sizes >> 12), (int)(sizes >> 8) & 15, (int)(sizes >> 4) & 15, version > 0 ? (int)sizes & 15 : 0);
        var count = reader.Take(version < 2 ? 2 : 4);
        if (count > MaxItems)
            return null;
        var items = new List<AvifItem>();
        for (var i = 0UL; i < count && !reader.Failed; i++)
        {
            var id = (uint)reader.Take(version < 2 ? 2 : 4);
            var method = version > 0 ? reader.Take(2) & 15 : 0;
            reader.Take(2);
            var start = reader.Take(baseSize) + (method == 1 ? (ulong)data : 0);
            var extents = ReadExtents(ref reader, file.Length, start, indexSize, offsetSize, lengthSize);
            if (!kinds.TryGetValue(id, out var isExif))
                continue;

            // By reference to other items, or outside the file: nothing that could be written over.
            if (extents is null || method > 1)
                return null;
            items.Add(new AvifItem(isExif, extents));
        }

        return reader.Failed ? null : items;
    }

    private static List<(int Offset, int Length)>? ReadExtents(ref Reader reader, int fileLength, ulong start, int indexSize, int offsetSize, int lengthSize)
    {
        var count = reader.Take(2);
        var extents = new List<(int Offset, int Length)>();
        var inside = true;
        for (var i = 0UL; i < count && !reader.Failed; i++)
        {
            reader.Take(indexSize);
            var offset = start + reader.Take(offsetSize);
            var length = reader.Take(lengthSize);
            inside &= offset <= (ulong)fileLength && length <= (ulong)fileLength - offset;
            if (inside)
                extents.Add(((int)offset, (int)length));
        }

        return inside ? extents : null;
    }

    /// <summary>Reads big-endian numbers; past the end everything is 0 and it has failed.</summary>
    private ref struct Reader(ReadOnlySpan<byte> data, int at)
    {
        private readonly ReadOnlySpan<byte> _data = data;
        private int _at = at;

        public bool Failed { get; private set; }

        public ulong Take(int bytes)
        {
            if (bytes is < 0 or > 8 || _at + bytes > _data.Length)
            {
                Failed = true;
                return 0;
            }

            var value = 0UL;
            for (var i = 0; i < bytes; i++)
                value = (value << 8) | _data[_at++];
            return value;
        }
    }
}

/// <summary>A metadata item of an AVIF.</summary>
/// <param name="IsExif">EXIF; else XMP or another document.</param>
/// <param name="Extents">Offset and length in the file, checked against its end.</param>
internal sealed record AvifItem(bool IsExif, IReadOnlyList<(int Offset, int Length)> Extents);
