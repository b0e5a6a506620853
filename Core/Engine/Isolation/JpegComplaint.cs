using System.Buffers.Binary;
using NetVips;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// What libjpeg complains of and what it means. Its warnings (<c>jerror.h</c>) are of two kinds: data that is missing or cannot be read, where pixels are
/// made up; and
/// oddities of old writers, where every pixel is as it should be.
/// </summary>
internal static class JpegComplaint
{
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;
    private const byte App0 = 0xE0;
    private const byte App14 = 0xEE;

    // Behind the name: version, two flags of two bytes each.
    private const int AdobeTransform = 11;

    // How libvips marks libjpeg's words.
    private const string Source = "VipsJpeg";

    private static readonly string[] LostPixels =
        ["premature end", "bad Huffman code", "bad arithmetic code", "instead of RST", "Premature end of", "Unsupported marker", "Not a JPEG"];

    /// <summary>
    /// Forgets complaints that nobody asked about: libvips keeps those of files that were read all the same, for the whole process, and an exception takes
    /// them along.
    /// </summary>
    public static void Forget() => _ = Kept();

    /// <summary>
    /// Throws what libjpeg has complained of since <see cref="Forget"/>: libvips looks before each strip of lines, and at those about the last one never.
    /// </summary>
    /// <exception cref="VipsException">There is a complaint.</exception>
    public static void ThrowKept()
    {
        var kept = Kept();
        if (kept.Message.Contains(Source, StringComparison.Ordinal))
            throw kept;
    }

    /// <summary>Whether a complaint says that pixels are missing or made up.</summary>
    public static bool IsLostPixels(string message) => Array.Exists(LostPixels, known => message.Contains(known, StringComparison.Ordinal));

    /// <summary>
    /// Mends, in place, what makes libjpeg complain without need: an unknown colour transform of Adobe's marker (read as YCbCr, or YCCK of four
    /// components, as libjpeg takes it), an unknown version of JFIF, parameters of a scan that a sequential JPEG does not have, bytes between segments.
    /// </summary>
    public static byte[] Mend(byte[] file)
    {
        var components = 0;
        var isSequential = false;
        var adobe = 0;
        for (var at = 2; NextMarker(file, ref at, out var marker);)
        {
            if (marker is 0x01 or (>= 0xD0 and <= 0xD7))
                continue;
            if (marker == EndOfImage || at + 2 > file.Length || BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at)) is var length
                && (length < 2 || at + length > file.Length))
                break;
            var body = file.AsSpan(at + 2, length - 2);
            var start = at + 2;
            at += length;
            if (marker == App0 && body.StartsWith("JFIF\0"u8) && body.Length >= 7)
                body[5] = 1;
            else if (marker == App14 && body.StartsWith("Adobe"u8) && body.Length >= 12)
                adobe = start + AdobeTransform;
            else if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC) && body.Length >= 6)
                (components, isSequential) = (body[5], marker is 0xC0 or 0xC1);
            else if (marker == StartOfScan)
            {
                if (isSequential && body.Length >= 4)
                    (body[^3], body[^2], body[^1]) = (0, 63, 0);
                at = EndOfScan(file, at);
            }
        }

        if (adobe > 0 && ((components == 3 && file[adobe] > 1) || (components == 4 && file[adobe] is not (0 or 2))))
            file[adobe] = (byte)(components == 3 ? 1 : 2);
        return file;
    }

    private static VipsException Kept() => new("");

    // What lies between segments becomes fill bytes, of which there may be any number (ITU-T T.81, B.1.1.2).
    private static bool NextMarker(byte[] file, ref int at, out byte marker)
    {
        for (var start = at; at + 1 < file.Length; at++)
        {
            marker = file[at + 1];
            if (file[at] != 0xFF || marker is 0 or 0xFF)
                continue;
            file.AsSpan(start, at - start).Fill(0xFF);
            at += 2;
            return true;
        }

        marker = 0;
        return false;
    }

    private static int EndOfScan(ReadOnlySpan<byte> file, int at)
    {
        while (file[at..].IndexOf((byte)0xFF) is >= 0 and var next && at + next + 1 < file.Length)
        {
            at += next;
            if (file[at + 1] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7)))
                return at;
            at += file[at + 1] == 0xFF ? 1 : 2;
        }

        return file.Length;
    }
}
