using System.Buffers.Binary;
using System.Text;

namespace ImageService.Core.Engine.Metadata;

/// <summary>
/// Reads the directories of EXIF data (TIFF 6.0 section 2; EXIF 2.32). Offsets and counts come from strangers: every one is checked, nothing is followed twice,
/// and what cannot be read is left out.
/// </summary>
internal readonly ref struct TiffDirectory
{
    private const int MaxEntries = 512;
    private const int MaxTextBytes = 1024;
    private readonly ReadOnlySpan<byte> _data;
    private readonly bool _littleEndian;
    private readonly int _at;

    private TiffDirectory(ReadOnlySpan<byte> data, bool littleEndian, int at)
    {
        _data = data;
        _littleEndian = littleEndian;
        _at = at;
    }

    /// <summary>Whether there is a directory at all.</summary>
    public bool Exists => _at > 0;

    /// <summary>The main directory (IFD0) of EXIF data, with or without the leading <c>Exif\0\0</c>.</summary>
    public static TiffDirectory Main(ReadOnlySpan<byte> exif)
    {
        var data = exif.StartsWith("Exif\0\0"u8) ? exif[6..] : exif;
        var littleEndian = data.StartsWith("II*\0"u8);
        if (data.Length < 8 || !(littleEndian || data.StartsWith("MM\0*"u8)))
            return default;
        return At(data, littleEndian, Read32(data, 4, littleEndian));
    }

    /// <summary>The directory that an entry points to, for example the EXIF directory of tag 0x8769.</summary>
    public TiffDirectory Sub(ushort tag) => Find(tag, out var type, out var count, out var value) && type == 4 && count == 1
        ? At(_data, _littleEndian, Read32(_data, value, _littleEndian))
        : default;

    /// <summary>An entry of type ASCII, trimmed, printable characters only; null where there is none.</summary>
    public string? Text(ushort tag)
    {
        if (!Find(tag, out var type, out var count, out var value) || type != 2 || count == 0)
            return null;
        var bytes = Value(value, Math.Min(count, MaxTextBytes), whole: count);
        if (bytes.IndexOf((byte)0) is >= 0 and var end)
            bytes = bytes[..end];
        var text = new string([.. Encoding.UTF8.GetString(bytes).Where(c => !char.IsControl(c) && c != '\uFFFD')]).Trim();
        return text.Length == 0 ? null : text;
    }

    /// <summary>An entry of type SHORT or LONG with one value (the first of several); null where there is none.</summary>
    public long? Number(ushort tag)
    {
        if (!Find(tag, out var type, out var count, out var value) || count == 0)
            return null;
        var length = type switch { 3 => 2L, 4 => 4L, _ => 0L };
        var bytes = length == 0 ? default : Value(value, (int)length, length * count);
        return bytes.Length switch
        {
            2 => _littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes),
            4 => Read32(bytes, 0, _littleEndian),
            _ => null,
        };
    }

    /// <summary>An entry of type RATIONAL; null where there is none or its denominator is 0.</summary>
    public double? Ratio(ushort tag)
    {
        if (!Find(tag, out var type, out var count, out var value) || type is not (5 or 10) || count == 0)
            return null;
        var bytes = Value(value, 8, 8L * count);
        if (bytes.Length < 8 || Read32(bytes, 4, _littleEndian) is 0)
            return null;
        return (double)Read32(bytes, 0, _littleEndian) / Read32(bytes, 4, _littleEndian);
    }

    /// <summary>An entry of type UNDEFINED; empty where there is none.</summary>
    public ReadOnlySpan<byte> Bytes(ushort tag) =>
        Find(tag, out var type, out var count, out var value) && type == 7 ? Value(value, count, count) : default;

    /// <summary>Four bytes of <paramref name="data"/> in the directory's order.</summary>
    public uint Read32(ReadOnlySpan<byte> data, int at) => Read32(data, at, _littleEndian);

    private static TiffDirectory At(ReadOnlySpan<byte> data, bool littleEndian, uint offset) =>
        offset >= 8 && offset <= data.Length - 2 ? new TiffDirectory(data, littleEndian, (int)offset) : default;

    private bool Find(ushort tag, out ushort type, out uint count, out int value)
    {
        (type, count, value) = (0, 0, 0);
        if (!Exists)
            return false;
        var entries = Math.Min((int)Read16(_at), MaxEntries);
        for (var i = 0; i < entries; i++)
        {
            var at = _at + 2 + (i * 12);
            if (at + 12 > _data.Length)
                return false;
            if (Read16(at) != tag)
                continue;
            (type, count, value) = (Read16(at + 2), Read32(_data, at + 4, _littleEndian), at + 8);
            return true;
        }

        return false;
    }

    // Values of up to four bytes stand in the entry itself, longer ones where it points.
    private ReadOnlySpan<byte> Value(int at, long take, long whole)
    {
        var offset = whole <= 4 ? (uint)at : Read32(_data, at, _littleEndian);
        return offset <= _data.Length - take ? _data.Slice((int)offset, (int)take) : default;
    }

    private ushort Read16(int at) => _littleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(_data[at..]) : BinaryPrimitives.ReadUInt16BigEndian(_data[at..]);

    private static uint Read32(ReadOnlySpan<byte> data, int at, bool littleEndian) =>
        littleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(data[at..]) : BinaryPrimitives.ReadUInt32BigEndian(data[at..]);
}
