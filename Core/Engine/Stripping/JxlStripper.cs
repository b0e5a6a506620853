using System.Buffers.Binary;

namespace ImageService.Core.Engine.Stripping;

/// <summary>
/// JPEG XL (ISO/IEC 18181-2): of a container the codestream's boxes stay, with the colours and the orientation in them; EXIF, XMP, what is compressed of them,
/// what a JPEG could be put together from again, and boxes of strangers go. A bare codestream holds nothing else and stays as it is.
/// </summary>
internal static class JxlStripper
{
    private const int SignatureBytes = 12;

    /// <returns>Null where the structure is broken.</returns>
    public static FilePieces? Strip(ReadOnlySpan<byte> file, bool keepCopyright)
    {
        var kept = new FilePieces();
        if (file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0x0A]))
        {
            kept.Keep(0, file.Length);
            return kept;
        }

        var exif = default(ReadOnlySpan<byte>);
        var pictures = 0;
        for (var at = 0; at < file.Length;)
        {
            if (!Box.TryRead(file, at, out var box) || (at == 0 && box.Length != SignatureBytes))
                return null;
            at += box.Length;
            var isPicture = box.Is(file, "jxlc"u8) || box.Is(file, "jxlp"u8);
            pictures += isPicture ? 1 : 0;
            if (box.Is(file, "Exif"u8))
                exif = Tiff(file.Slice(box.Body, box.Length - (box.Body - box.At)));
            else if (isPicture || box.Is(file, "JXL "u8) || box.Is(file, "ftyp"u8) || box.Is(file, "jxll"u8))
                kept.Keep(box.At, box.Length);
        }

        // What turns the picture stands in the codestream; of EXIF only who made it can stay.
        var remainder = pictures > 0 && keepCopyright ? Metadata.ExifWriter.Write(orientation: 1, Metadata.ExifFacts.Copyright(exif)) : [];
        if (remainder.Length > 0)
            kept.Add(ExifBox(remainder));
        return pictures > 0 ? kept : null;
    }

    // Four bytes before the TIFF structure say where in the rest it begins.
    private static ReadOnlySpan<byte> Tiff(ReadOnlySpan<byte> body)
    {
        if (body.Length < 4)
            return default;
        var offset = BinaryPrimitives.ReadUInt32BigEndian(body);
        return offset < body.Length - 4 ? body[(4 + (int)offset)..] : default;
    }

    private static byte[] ExifBox(byte[] tiff)
    {
        byte[] box = [0, 0, 0, 0, .. "Exif"u8, 0, 0, 0, 0, .. tiff];
        BinaryPrimitives.WriteUInt32BigEndian(box, (uint)box.Length);
        return box;
    }

    /// <summary>A box: length and type of four bytes each, the length in eight more where it says 1, and up to the file's end where it says 0.</summary>
    private readonly record struct Box(int At, int Body, int Length)
    {
        public static bool TryRead(ReadOnlySpan<byte> file, int at, out Box box)
        {
            box = default;
            var left = file.Length - at;
            if (left < 8)
                return false;
            var (head, length) = (8, (ulong)BinaryPrimitives.ReadUInt32BigEndian(file[at..]));
            if (length == 1)
            {
                if (left < 16)
                    return false;
                (head, length) = (16, BinaryPrimitives.ReadUInt64BigEndian(file[(at + 8)..]));
            }
            else if (length == 0)
            {
                length = (ulong)left;
            }

            if (length < (ulong)head || length > (ulong)left)
                return false;
            box = new Box(at, at + head, (int)length);
            return true;
        }

        public bool Is(ReadOnlySpan<byte> file, ReadOnlySpan<byte> type) => file.Slice(At + 4, 4).SequenceEqual(type);
    }
}
