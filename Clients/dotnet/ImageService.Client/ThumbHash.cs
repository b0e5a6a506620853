using System.Buffers.Binary;
using System.IO.Compression;

namespace ImageService.Client;

/// <summary>
/// Draws the placeholder that the API tells of an asset (<c>thumbHash</c>, https://evanw.github.io/thumbhash): some 30 × 20 px, with the picture's colours,
/// shape and transparency.
/// </summary>
public static class ThumbHash
{
    private const int Longest = 32;
    private const int MinLength = 5;
    private const int MaxLength = 64;

    /// <summary>The placeholder as <c>data:image/png;base64,…</c>; null where there is no hash, or none that can be read: a page does without.</summary>
    /// <param name="thumbHash">Base64, as the API has it.</param>
    public static string? ToDataUrl(string? thumbHash) =>
        Decode(thumbHash) is var (pixels, width, height) ? "data:image/png;base64," + Convert.ToBase64String(Png(pixels, width, height)) : null;

    /// <summary>The placeholder's pixels, four bytes (RGBA) each, row by row; null where it cannot be read.</summary>
    public static (byte[] Pixels, int Width, int Height)? Decode(string? thumbHash)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        if (thumbHash is null || !Convert.TryFromBase64String(thumbHash, buffer, out var length) || length < MinLength)
            return null;
        var hash = buffer[..length];
        var shape = hash[3] | (hash[4] << 8);
        var (hasAlpha, landscape, shorter) = ((hash[2] & 0x80) != 0, (shape & 0x8000) != 0, shape & 7);
        var most = hasAlpha ? 5 : 7;
        var (across, down) = landscape ? (most, shorter) : (shorter, most);
        if (shorter == 0 || (hasAlpha && length < MinLength + 1))
            return null;
        var (lx, ly) = (Math.Max(3, across), Math.Max(3, down));
        if (length < (hasAlpha ? MinLength + 1 : MinLength) + ((Terms(lx, ly) + (2 * Terms(3, 3)) + (hasAlpha ? Terms(5, 5) : 0) + 1) / 2))
            return null;

        var head = hash[0] | (hash[1] << 8) | (hash[2] << 16);
        var nibbles = new Nibbles(hash[(hasAlpha ? MinLength + 1 : MinLength)..]);
        var luminance = new Channel(ref nibbles, (head & 63) / 63.0, ((head >> 18) & 31) / 31.0, lx, ly);
        var yellowBlue = new Channel(ref nibbles, (((head >> 6) & 63) / 31.5) - 1, ((shape >> 3) & 63) / 63.0 * 1.25, 3, 3);
        var redGreen = new Channel(ref nibbles, (((head >> 12) & 63) / 31.5) - 1, ((shape >> 9) & 63) / 63.0 * 1.25, 3, 3);
        var alpha = hasAlpha ? new Channel(ref nibbles, (hash[MinLength] & 15) / 15.0, (hash[MinLength] >> 4) / 15.0, 5, 5) : null;

        var ratio = (double)across / down;
        var width = Math.Max(1, (int)Math.Round(ratio > 1 ? Longest : Longest * ratio));
        var height = Math.Max(1, (int)Math.Round(ratio > 1 ? Longest / ratio : Longest));
        var pixels = new byte[width * height * 4];
        for (var i = 0; i < width * height; i++)
        {
            var (x, y) = ((i % width + 0.5) * Math.PI / width, (i / width + 0.5) * Math.PI / height);
            var (l, p, q) = (luminance.At(x, y), yellowBlue.At(x, y), redGreen.At(x, y));
            var blue = l - (2.0 / 3 * p);
            var red = ((3 * l) - blue + q) / 2;
            (pixels[i * 4], pixels[(i * 4) + 1], pixels[(i * 4) + 2], pixels[(i * 4) + 3]) = (Byte(red), Byte(red - q), Byte(blue), Byte(alpha?.At(x, y) ?? 1));
        }

        return (pixels, width, height);
    }

    private static byte Byte(double value) => (byte)(255 * Math.Clamp(value, 0, 1));

    private static int Terms(int across, int down)
    {
        var count = 0;
        for (var y = 0; y < down; y++)
        {
            for (var x = y == 0 ? 1 : 0; x * down < across * (down - y); x++)
                count++;
        }

        return count;
    }

    private static byte[] Png(byte[] pixels, int width, int height)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, 6); // bits a channel, RGBA
        Chunk(png, "IHDR"u8, header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0); // no filter
                zlib.Write(pixels, y * width * 4, width * 4);
            }
        }

        Chunk(png, "IDAT"u8, packed.ToArray());
        Chunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        png.Write(number);
    }

    // PNG specification, annex D.
    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xedb88320;
        }

        return crc;
    }

    private ref struct Nibbles(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;
        private int _next;

        public int Take()
        {
            var value = _bytes[_next / 2] >> (_next % 2 * 4) & 15;
            _next++;
            return value;
        }
    }

    /// <summary>A plane as a sum of cosines.</summary>
    private sealed class Channel
    {
        private readonly double _mean;
        private readonly List<(int X, int Y, double Amount)> _terms = [];

        public Channel(ref Nibbles nibbles, double mean, double scale, int across, int down)
        {
            _mean = mean;
            for (var y = 0; y < down; y++)
            {
                // A triangle of terms: fine detail in one direction only with coarse in the other.
                for (var x = y == 0 ? 1 : 0; x * down < across * (down - y); x++)
                    _terms.Add((x, y, ((nibbles.Take() / 7.5) - 1) * scale * 2));
            }
        }

        public double At(double x, double y)
        {
            var sum = _mean;
            foreach (var term in _terms)
                sum += term.Amount * Math.Cos(x * term.X) * Math.Cos(y * term.Y);
            return sum;
        }
    }
}
