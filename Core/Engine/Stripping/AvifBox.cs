using System.Buffers.Binary;

namespace ImageService.Core.Engine.Stripping;

/// <summary>Where a box of ISO/IEC 14496-12 lies in its file.</summary>
/// <param name="Type">Four characters, big-endian.</param>
/// <param name="Body">Offset of its content.</param>
/// <param name="End">Offset behind it.</param>
internal readonly record struct AvifBox(uint Type, int Body, int End)
{
    public bool Is(ReadOnlySpan<byte> type) => Type == BinaryPrimitives.ReadUInt32BigEndian(type);

    /// <summary>Reads the box at an offset; false where it does not fit before the limit.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, int at, int limit, out AvifBox box)
    {
        box = default;
        if (at + 8 > limit)
            return false;
        long size = BinaryPrimitives.ReadUInt32BigEndian(file[at..]);
        var body = at + 8;
        if (size == 1)
        {
            if (at + 16 > limit)
                return false;
            size = (long)Math.Min(BinaryPrimitives.ReadUInt64BigEndian(file[(at + 8)..]), long.MaxValue);
            body = at + 16;
        }
        else if (size == 0)
        {
            size = limit - at;
        }

        if (size < body - at || size > limit - at)
            return false;
        box = new AvifBox(BinaryPrimitives.ReadUInt32BigEndian(file[(at + 4)..]), body, at + (int)size);
        return true;
    }
}
