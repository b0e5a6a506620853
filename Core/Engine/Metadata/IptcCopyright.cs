using System.Buffers.Binary;
using System.Text;

namespace ImageService.Core.Engine.Metadata;

/// <summary>Reads by-line and copyright notice of IPTC-IIM 4.2, alone or inside Photoshop's image resources. Treats it as hostile.</summary>
internal static class IptcCopyright
{
    private const int MaxTextBytes = 1024;

    public static Copyright Read(ReadOnlySpan<byte> data)
    {
        data = OutOfPhotoshop(data);
        Copyright found = default;

        // A data set: 0x1C, record, number, length (two bytes), text.
        while (data.Length >= 5 && data[0] == 0x1C)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(data[3..]);
            if (length > data.Length - 5 || length > short.MaxValue)
                break;
            if (data[1] == 2 && data[2] is 80 or 116)
            {
                var text = Text(data.Slice(5, Math.Min((int)length, MaxTextBytes)));
                found = data[2] == 80 ? found with { Artist = found.Artist ?? text } : found with { Notice = found.Notice ?? text };
            }

            data = data[(5 + length)..];
        }

        return found;
    }

    // "8BIM", id (0x0404 is IPTC), name (counted, padded to even), size (four bytes), data (padded to even).
    private static ReadOnlySpan<byte> OutOfPhotoshop(ReadOnlySpan<byte> data)
    {
        if (data.StartsWith("Photoshop 3.0\0"u8))
            data = data[14..];
        while (data.Length >= 12 && data.StartsWith("8BIM"u8))
        {
            var name = (data[6] + 2) & ~1;
            if (data.Length < 10 + name)
                break;
            var size = BinaryPrimitives.ReadUInt32BigEndian(data[(6 + name)..]);
            var body = data[(10 + name)..];
            if (size > body.Length)
                break;
            if (BinaryPrimitives.ReadUInt16BigEndian(data[4..]) == 0x0404)
                return body[..(int)size];
            var step = Math.Min(body.Length, (int)size + ((int)size & 1));
            data = body[step..];
        }

        return data;
    }

    private static string? Text(ReadOnlySpan<byte> bytes)
    {
        var text = new string([.. Encoding.UTF8.GetString(bytes).Where(c => !char.IsControl(c) && c != '\uFFFD')]).Trim();
        return text.Length == 0 ? null : text;
    }
}
