using System.Buffers.Binary;
using ImageService.Core.Engine.Metadata;

namespace ImageService.Core.Engine.Stripping;

/// <summary>
/// JPEG (ITU-T T.81 annex B): keeps tables, frames and scans, JFIF without its thumbnail, Adobe's colour transform and the ICC profile; drops all other
/// APPn, comments, and whatever follows the end.
/// </summary>
internal static class JpegStripper
{
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte App0 = 0xE0;
    private const byte App1 = 0xE1;
    private const byte App2 = 0xE2;
    private const byte App13 = 0xED;
    private const byte App14 = 0xEE;
    private const byte App15 = 0xEF;
    private const byte Comment = 0xFE;

    /// <returns>Null where the structure is broken.</returns>
    public static FilePieces? Strip(ReadOnlySpan<byte> file, bool keepCopyright)
    {
        if (!file.StartsWith((ReadOnlySpan<byte>)[0xFF, StartOfImage]))
            return null;
        var kept = new FilePieces();
        var exif = default(ReadOnlySpan<byte>);
        var iptc = default(Copyright);
        var at = 2;
        var jfif = default(ReadOnlySpan<byte>);
        while (NextMarker(file, ref at, out var marker))
        {
            if (marker == EndOfImage)
                return Join(jfif, OriginalStripper.Remainder(exif, iptc, keepCopyright), kept, at);
            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
                continue;
            if (at + 2 > file.Length || BinaryPrimitives.ReadUInt16BigEndian(file[at..]) is var length && (length < 2 || at + length > file.Length))
                return null;
            var body = file.Slice(at + 2, length - 2);
            var start = at - 2;
            at += length;
            if (marker == App1 && body.StartsWith("Exif\0\0"u8) && exif.IsEmpty)
                exif = body;
            else if (marker == App13)
                iptc = iptc.Or(IptcCopyright.Read(body));
            else if (marker == App0 && body.StartsWith("JFIF\0"u8) && body.Length >= 14 && jfif.IsEmpty)
                jfif = body[..14];
            else if (Stays(marker, body))
                kept.Keep(start, length + 2);
            if (marker == StartOfScan)
                at = CopyScan(file, at, kept);
        }

        return null;
    }

    private static bool Stays(byte marker, ReadOnlySpan<byte> body) => marker switch
    {
        App2 => body.StartsWith("ICC_PROFILE\0"u8),
        App14 => body.StartsWith("Adobe"u8),
        >= App0 and <= App15 or Comment => false,
        _ => true,
    };

    // Skips what lies between segments, as decoders do, and fill bytes.
    private static bool NextMarker(ReadOnlySpan<byte> file, ref int at, out byte marker)
    {
        for (; at + 1 < file.Length; at++)
        {
            marker = file[at + 1];
            if (file[at] != 0xFF || marker is 0 or 0xFF)
                continue;
            at += 2;
            return true;
        }

        marker = 0;
        return false;
    }

    // Entropy-coded data ends at the first marker that is not a restart.
    private static int CopyScan(ReadOnlySpan<byte> file, int at, FilePieces kept)
    {
        var end = at;
        while (true)
        {
            var next = file[end..].IndexOf((byte)0xFF);
            if (next < 0 || end + next + 1 >= file.Length)
            {
                end = file.Length;
                break;
            }

            end += next;
            if (file[end + 1] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7)))
                break;
            end += file[end + 1] == 0xFF ? 1 : 2;
        }

        kept.Keep(at, end - at);
        return end;
    }

    // The end's marker is the last thing before that place.
    private static FilePieces Join(ReadOnlySpan<byte> jfif, byte[] exif, FilePieces kept, int at)
    {
        var whole = new FilePieces();
        whole.Keep(0, 2);
        if (!jfif.IsEmpty)
        {
            // Its last two bytes are the thumbnail's size.
            byte[] head = [.. jfif];
            (head[12], head[13]) = (0, 0);
            whole.Add(Segment(App0, head));
        }

        if (exif.Length > 0)
            whole.Add(Segment(App1, [.. "Exif\0\0"u8, .. exif]));
        whole.Add(kept);
        whole.Keep(at - 2, 2);
        return whole;
    }

    /// <summary>A segment with its marker and length.</summary>
    internal static byte[] Segment(byte marker, ReadOnlySpan<byte> body)
    {
        byte[] segment = [0xFF, marker, 0, 0, .. body];
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)(body.Length + 2));
        return segment;
    }
}
