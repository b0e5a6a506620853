using System.Buffers.Binary;

namespace ImageService.Core.Engine.Stripping;

/// <summary>WebP (RFC 9649, section 2): keeps pixels, alpha, animation and the ICC profile; drops EXIF, XMP, unknown chunks and whatever follows the end.</summary>
internal static class WebpStripper
{
    private const byte ExifFlag = 0x08;
    private const byte XmpFlag = 0x04;

    /// <returns>Null where the structure is broken.</returns>
    public static byte[]? Strip(ReadOnlySpan<byte> file, bool keepCopyright)
    {
        if (file.Length < 12)
            return null;
        var end = (int)Math.Min(file.Length, 8L + BinaryPrimitives.ReadUInt32LittleEndian(file[4..]));
        var kept = new MemoryStream(file.Length);
        kept.Write(file[..12]);
        var exif = default(ReadOnlySpan<byte>);
        for (var at = 12; at + 8 <= end;)
        {
            if (!TryChunk(file[at..end], out var type, out var body, out var whole))
                return null;
            at += whole;
            if (type.SequenceEqual("EXIF"u8))
                exif = body;
            else if (type.SequenceEqual("ANMF"u8))
                WriteFrame(kept, body);
            else if (IsShown(type))
                Write(kept, type, body);
        }

        var remainder = OriginalStripper.Remainder(exif, default, keepCopyright);
        if (remainder.Length > 0)
            Write(kept, "EXIF"u8, remainder);
        return Finish(kept.ToArray(), remainder.Length > 0);
    }

    private static bool TryChunk(ReadOnlySpan<byte> data, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body, out int whole)
    {
        type = default;
        body = default;
        whole = 0;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(data[4..]);
        if (length > data.Length - 8)
            return false;
        type = data[..4];
        body = data.Slice(8, (int)length);

        // The padding byte of the last chunk is missing in some files.
        whole = Math.Min(data.Length, 8 + (int)length + ((int)length & 1));
        return true;
    }

    private static bool IsShown(ReadOnlySpan<byte> type) =>
        type.SequenceEqual("VP8X"u8) || type.SequenceEqual("VP8 "u8) || type.SequenceEqual("VP8L"u8) || type.SequenceEqual("ALPH"u8)
        || type.SequenceEqual("ANIM"u8) || type.SequenceEqual("ICCP"u8);

    // A frame is a header of 16 bytes and chunks of its own.
    private static void WriteFrame(MemoryStream kept, ReadOnlySpan<byte> body)
    {
        if (body.Length < 16)
            return;
        var frame = new MemoryStream(body.Length);
        frame.Write(body[..16]);
        var rest = body[16..];
        while (rest.Length >= 8 && TryChunk(rest, out var type, out var inner, out var whole))
        {
            if (IsShown(type))
                Write(frame, type, inner);
            rest = rest[whole..];
        }

        Write(kept, "ANMF"u8, frame.ToArray());
    }

    private static void Write(MemoryStream to, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)body.Length);
        to.Write(type);
        to.Write(length);
        to.Write(body);
        if ((body.Length & 1) == 1)
            to.WriteByte(0);
    }

    private static byte[] Finish(byte[] file, bool hasExif)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(4), (uint)(file.Length - 8));
        if (file.Length > 20 && file.AsSpan(12, 4).SequenceEqual("VP8X"u8))
            file[20] = (byte)((file[20] & ~(ExifFlag | XmpFlag)) | (hasExif ? ExifFlag : 0));
        return file;
    }
}
