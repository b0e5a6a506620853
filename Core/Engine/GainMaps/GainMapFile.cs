using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using ImageService.Core.Engine.Metadata;
using ImageService.Core.Engine.Stripping;

namespace ImageService.Core.Engine.GainMaps;

/// <summary>
/// A JPEG with a gain map behind it: where the second file lies says the multi-picture index (CIPA DC-007, APP2 <c>MPF</c>), and that it is one says its XMP
/// (Ultra HDR 1.0). Treats both as hostile.
/// </summary>
internal static class GainMapFile
{
    private const byte App0 = 0xE0;
    private const byte App1 = 0xE1;
    private const byte App2 = 0xE2;
    private const int EntryBytes = 16;
    private const int IndexBytes = 50 + (2 * EntryBytes);
    private const ushort EntriesTag = 0xB002;

    // Baseline, primary.
    private const uint Primary = 0x0003_0000;

    private static ReadOnlySpan<byte> XmpName => "http://ns.adobe.com/xap/1.0/\0"u8;

    private static ReadOnlySpan<byte> IndexName => "MPF\0"u8;

    /// <summary>The gain map of a JPEG; null where there is none that can be told for sure.</summary>
    public static GainMap? Find(ReadOnlyMemory<byte> file)
    {
        if (Body(file.Span, App2, IndexName, out var at) is not { IsEmpty: false } index || Second(index) is not { } second)
            return null;

        // Offsets count from the index's own header.
        var start = at + second.Offset;
        if (second.Offset == 0 || start + second.Size > file.Length)
            return null;
        var jpeg = file.Slice((int)start, (int)second.Size);
        return GainMapMetadata.Read(Body(jpeg.Span, App1, XmpName, out _)) is { } metadata ? new GainMap(jpeg, metadata) : null;
    }

    /// <summary>Puts a gain map behind a JPEG.</summary>
    /// <param name="picture">The whole file of the picture for ordinary screens, without XMP and index of its own.</param>
    /// <param name="map">The gain map of that picture, its file without XMP.</param>
    public static byte[] Join(ReadOnlySpan<byte> picture, GainMap map)
    {
        var second = Insert(map.Jpeg.Span, JpegStripper.Segment(App1, [.. XmpName, .. Encoding.UTF8.GetBytes(map.Metadata.Write())]));
        var directory = JpegStripper.Segment(App1, [.. XmpName, .. Encoding.UTF8.GetBytes(Directory(second.Length))]);
        var index = JpegStripper.Segment(App2, [.. IndexName, .. new byte[IndexBytes]]);
        var first = Insert(picture, [.. directory, .. index]);
        var header = first.AsSpan().IndexOf(IndexName) + IndexName.Length;
        WriteIndex(first.AsSpan(header, IndexBytes), first.Length, second.Length, first.Length - header);
        return [.. first, .. second];
    }

    private static string Directory(int length) => string.Create(CultureInfo.InvariantCulture,
        $"""
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description
         xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:Item="http://ns.google.com/photos/1.0/container/item/"
         xmlns:hdrgm="{GainMapMetadata.Namespace}" hdrgm:Version="1.0"><Container:Directory><rdf:Seq>
        <rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="Primary" Item:Mime="image/jpeg"/></rdf:li>
        <rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap" Item:Mime="image/jpeg" Item:Length="{length}"/></rdf:li>
        </rdf:Seq></Container:Directory></rdf:Description></rdf:RDF></x:xmpmeta>
        """);

    /// <summary>After the start and the JFIF header, which come first.</summary>
    private static byte[] Insert(ReadOnlySpan<byte> jpeg, ReadOnlySpan<byte> segments)
    {
        var at = jpeg[2..].StartsWith((ReadOnlySpan<byte>)[0xFF, App0]) ? 4 + BinaryPrimitives.ReadUInt16BigEndian(jpeg[4..]) : 2;
        return [.. jpeg[..at], .. segments, .. jpeg[at..]];
    }

    // TIFF, big-endian, one directory of three entries: version, number of pictures, and for each its kind, size and place.
    private static void WriteIndex(Span<byte> index, int first, int second, int offset)
    {
        "MM\0*\0\0\0\u0008\0\u0003"u8.CopyTo(index);
        Entry(index[10..], 0xB000, 7, 4);
        "0100"u8.CopyTo(index[18..]);
        Entry(index[22..], 0xB001, 4, 1);
        BinaryPrimitives.WriteUInt32BigEndian(index[30..], 2);
        Entry(index[34..], EntriesTag, 7, 2 * EntryBytes);
        BinaryPrimitives.WriteUInt32BigEndian(index[42..], 50);
        BinaryPrimitives.WriteUInt32BigEndian(index[50..], Primary);
        BinaryPrimitives.WriteUInt32BigEndian(index[54..], (uint)first);
        BinaryPrimitives.WriteUInt32BigEndian(index[70..], (uint)second);
        BinaryPrimitives.WriteUInt32BigEndian(index[74..], (uint)offset);
    }

    private static void Entry(Span<byte> entry, ushort tag, ushort type, uint count)
    {
        BinaryPrimitives.WriteUInt16BigEndian(entry, tag);
        BinaryPrimitives.WriteUInt16BigEndian(entry[2..], type);
        BinaryPrimitives.WriteUInt32BigEndian(entry[4..], count);
    }

    /// <summary>Place and size of the second picture.</summary>
    private static (long Offset, long Size)? Second(ReadOnlySpan<byte> index)
    {
        var directory = TiffDirectory.Main(index);
        var entries = directory.Bytes(EntriesTag);
        return entries.Length < 2 * EntryBytes ? null
            : (directory.Read32(entries, EntryBytes + 8), directory.Read32(entries, EntryBytes + 4));
    }

    /// <summary>The first segment of that kind before the picture's data, without its name; empty where there is none.</summary>
    /// <param name="jpeg">A file, from its start.</param>
    /// <param name="marker">APP1 or APP2.</param>
    /// <param name="name">What its body begins with.</param>
    /// <param name="at">Where in the file the rest of its body begins.</param>
    private static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> jpeg, byte marker, ReadOnlySpan<byte> name, out int at)
    {
        at = 2;
        while (at + 4 <= jpeg.Length && jpeg[at] == 0xFF && jpeg[at + 1] is not (0xD9 or 0xDA))
        {
            // A fill byte.
            if (jpeg[at + 1] == 0xFF)
            {
                at++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            if (length < 2 || at + 2 + length > jpeg.Length)
                break;
            var body = jpeg.Slice(at + 4, length - 2);
            if (jpeg[at + 1] == marker && body.StartsWith(name))
            {
                at += 4 + name.Length;
                return body[name.Length..];
            }

            at += 2 + length;
        }

        return default;
    }
}
