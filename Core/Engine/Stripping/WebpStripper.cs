using System.Buffers.Binary;

namespace ImageService.Core.Engine.Stripping;

/// <summary>
/// WebP (RFC 9649, section 2): keeps pixels, alpha, animation and the ICC profile; drops EXIF, XMP, unknown chunks and whatever follows the end.
/// </summary>
internal static class WebpStripper
{
    private const int HeadBytes = 12;
    private const int FrameHeadBytes = 16;
    private const byte ExifFlag = 0x08;
    private const byte XmpFlag = 0x04;

    /// <returns>Null where the structure is broken.</returns>
    public static FilePieces? Strip(ReadOnlySpan<byte> file, bool keepCopyright)
    {
        if (file.Length < HeadBytes)
            return null;
        var end = (int)Math.Min(file.Length, 8L + BinaryPrimitives.ReadUInt32LittleEndian(file[4..]));
        var kept = new FilePieces();
        var exif = default(ReadOnlySpan<byte>);
        Chunk? extended = null;
        for (var at = HeadBytes; at + 8 <= end;)
        {
            if (!Chunk.TryRead(file, at, end, out var chunk))
                return null;
            at = chunk.Next;
            if (chunk.Is(file, "EXIF"u8))
                exif = file.Slice(chunk.Body, chunk.Length);
            else if (chunk.Is(file, "ANMF"u8))
                AddFrame(kept, file, chunk);
            else if (chunk.Is(file, "VP8X"u8) && chunk.Length > 0 && kept.Count == 0 && extended is null)
                extended = chunk;
            else if (chunk.IsShown(file))
                chunk.KeepIn(kept, file);
        }

        var remainder = OriginalStripper.Remainder(exif, default, keepCopyright);
        if (remainder.Length > 0)
            kept.Add([.. Head("EXIF"u8, remainder.Length), .. remainder, .. new byte[remainder.Length & 1]]);
        return WithHead(file, extended, kept, remainder.Length > 0);
    }

    // A frame is a header of 16 bytes and chunks of its own.
    private static void AddFrame(FilePieces kept, ReadOnlySpan<byte> file, Chunk frame)
    {
        if (frame.Length < FrameHeadBytes)
            return;
        var inside = new FilePieces();
        inside.Keep(frame.Body, FrameHeadBytes);
        var end = frame.Body + frame.Length;
        for (var at = frame.Body + FrameHeadBytes; at + 8 <= end && Chunk.TryRead(file, at, end, out var chunk); at = chunk.Next)
        {
            if (chunk.IsShown(file))
                chunk.KeepIn(inside, file);
        }

        if (inside.Length == frame.Length)
            kept.Keep(frame.At, 8);
        else
            kept.Add(Head("ANMF"u8, (int)inside.Length));
        kept.Add(inside);
        if ((inside.Length & 1) == 1)
            kept.Add([0]);
    }

    private static FilePieces WithHead(ReadOnlySpan<byte> file, Chunk? extended, FilePieces kept, bool hasExif)
    {
        var flags = Array.Empty<byte>();
        if (extended is { } chunk)
        {
            flags = [.. Head("VP8X"u8, chunk.Length), .. file.Slice(chunk.Body, chunk.Length), .. new byte[chunk.Length & 1]];
            flags[8] = (byte)((flags[8] & ~(ExifFlag | XmpFlag)) | (hasExif ? ExifFlag : 0));
        }

        byte[] head = [.. file[..HeadBytes]];
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), (uint)(HeadBytes - 8 + flags.Length + kept.Length));
        var whole = new FilePieces();
        whole.Add(head);
        whole.Add(flags);
        whole.Add(kept);
        return whole;
    }

    private static byte[] Head(ReadOnlySpan<byte> type, int length)
    {
        byte[] head = [.. type, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), (uint)length);
        return head;
    }

    /// <summary>Where a chunk lies: type and length of four bytes each, then as many bytes, and one more where they are odd.</summary>
    private readonly record struct Chunk(int At, int Length, int Next)
    {
        public int Body => At + 8;

        public static bool TryRead(ReadOnlySpan<byte> file, int at, int end, out Chunk chunk)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);

            // The padding byte of the last chunk is missing in some files.
            chunk = length > end - at - 8 ? default : new Chunk(at, (int)length, (int)Math.Min(end, at + 8L + length + (length & 1)));
            return chunk != default;
        }

        public bool Is(ReadOnlySpan<byte> file, ReadOnlySpan<byte> type) => file.Slice(At, 4).SequenceEqual(type);

        public bool IsShown(ReadOnlySpan<byte> file) =>
            Is(file, "VP8X"u8) || Is(file, "VP8 "u8) || Is(file, "VP8L"u8) || Is(file, "ALPH"u8) || Is(file, "ANIM"u8) || Is(file, "ICCP"u8);

        public void KeepIn(FilePieces pieces, ReadOnlySpan<byte> file)
        {
            pieces.Keep(At, 8 + Length);
            if ((Length & 1) == 0)
                return;
            if (Next > Body + Length && file[Body + Length] == 0)
                pieces.Keep(Body + Length, 1);
            else
                pieces.Add([0]);
        }
    }
}
