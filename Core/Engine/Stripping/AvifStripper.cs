using System.Buffers.Binary;
using ImageService.Core.Engine.Metadata;

namespace ImageService.Core.Engine.Stripping;

/// <summary>
/// AVIF (ISO/IEC 23008-12 items in ISO/IEC 14496-12 boxes): everything refers to everything by offset, so nothing is moved. The contents of EXIF and XMP
/// items are written over in place, and boxes of strangers become free space. Orientation is a property of the picture and stays.
/// </summary>
internal static class AvifStripper
{
    private static readonly byte[] EmptyXmp = [.. "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"/>"u8];

    /// <returns>Null where the structure is broken.</returns>
    public static FilePieces? Strip(ReadOnlySpan<byte> file, bool keepCopyright)
    {
        var copy = file.ToArray();
        var meta = false;
        for (var at = 0; at < copy.Length;)
        {
            if (!AvifBox.TryRead(copy, at, copy.Length, out var box))
                return null;
            if (box.Is("meta"u8))
            {
                meta = true;
                if (AvifItems.Read(copy, box) is not { } items)
                    return null;
                foreach (var item in items)
                    Blank(copy, item, keepCopyright);
            }
            else if (box.Is("uuid"u8) || box.Is("udta"u8) || box.Is("free"u8) || box.Is("skip"u8))
            {
                "free"u8.CopyTo(copy.AsSpan(at + 4));
                copy.AsSpan(box.Body, box.End - box.Body).Clear();
            }

            at = box.End;
        }

        return meta ? Pieces(file, copy) : null;
    }

    // What was written over, and the parts of the file between.
    private static FilePieces Pieces(ReadOnlySpan<byte> file, byte[] changed)
    {
        var pieces = new FilePieces();
        for (var at = 0; at < changed.Length;)
        {
            var same = file[at..].CommonPrefixLength(changed.AsSpan(at));
            pieces.Keep(at, same);
            at += same;
            var different = at;
            while (different < changed.Length && file[different] != changed[different])
                different++;
            pieces.Add(changed[at..different]);
            at = different;
        }

        return pieces;
    }

    private static void Blank(byte[] file, AvifItem item, bool keepCopyright)
    {
        var first = item.Extents.Count > 0 ? file.AsSpan(item.Extents[0].Offset, item.Extents[0].Length) : default;
        var remainder = item.IsExif ? Exif(first, keepCopyright) : EmptyXmp;
        foreach (var (offset, length) in item.Extents)
            file.AsSpan(offset, length).Fill(item.IsExif ? (byte)0 : (byte)' ');
        if (remainder.Length <= first.Length)
            remainder.CopyTo(first);
    }

    // Four bytes tell where the TIFF header begins behind them; then EXIF data, at the least one that holds nothing.
    private static byte[] Exif(ReadOnlySpan<byte> payload, bool keepCopyright)
    {
        byte[] empty = [0, 0, 0, 0, .. "II*\0"u8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        if (!keepCopyright || payload.Length < 8)
            return empty;
        var skip = BinaryPrimitives.ReadUInt32BigEndian(payload);
        if (skip > payload.Length - 4)
            return empty;
        var kept = ExifWriter.Write(orientation: 1, ExifFacts.Copyright(payload[(4 + (int)skip)..]));
        return kept.Length > 0 && kept.Length + 4 <= payload.Length ? [0, 0, 0, 0, .. kept] : empty;
    }
}
