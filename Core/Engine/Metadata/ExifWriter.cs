using System.Buffers.Binary;
using System.Text;

namespace ImageService.Core.Engine.Metadata;

/// <summary>Writes EXIF data that holds nothing but what is asked for (TIFF 6.0, little-endian, one directory).</summary>
internal static class ExifWriter
{
    /// <summary>EXIF data without the leading <c>Exif\0\0</c>; empty where there is nothing to say.</summary>
    /// <param name="orientation">Written unless 1.</param>
    /// <param name="copyright">Written where present.</param>
    /// <param name="description">ImageDescription; null: none.</param>
    public static byte[] Write(int orientation, Copyright copyright, string? description = null)
    {
        // In the order of their tags, as TIFF demands.
        var entries = new List<(ushort Tag, ushort Type, byte[] Value)>();
        if (description is not null)
            entries.Add((0x010E, 2, Ascii(description)));
        if (orientation != 1)
            entries.Add((0x0112, 3, [(byte)orientation, 0]));
        if (copyright.Artist is { } artist)
            entries.Add((0x013B, 2, Ascii(artist)));
        if (copyright.Notice is { } notice)
            entries.Add((0x8298, 2, Ascii(notice)));
        return entries.Count == 0 ? [] : Directory(entries);
    }

    private static byte[] Directory(List<(ushort Tag, ushort Type, byte[] Value)> entries)
    {
        var head = 8 + 2 + (entries.Count * 12) + 4;
        var data = new byte[head + entries.Sum(entry => entry.Value.Length > 4 ? entry.Value.Length + (entry.Value.Length & 1) : 0)];
        "II*\0"u8.CopyTo(data);
        BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4), 8);
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(8), (ushort)entries.Count);
        var (at, free) = (10, head);
        foreach (var (tag, type, value) in entries)
        {
            var entry = data.AsSpan(at, 12);
            BinaryPrimitives.WriteUInt16LittleEndian(entry, tag);
            BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], type);
            BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], (uint)(type == 3 ? 1 : value.Length));
            if (value.Length <= 4)
            {
                value.CopyTo(entry[8..]);
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], (uint)free);
                value.CopyTo(data.AsSpan(free));
                free += value.Length + (value.Length & 1);
            }

            at += 12;
        }

        return data;
    }

    private static byte[] Ascii(string text) => [.. Encoding.UTF8.GetBytes(text), 0];
}
