using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using NetVips;

namespace ImageService.Core.Engine;

/// <summary>
/// Writes a picture of few colours as a PNG with a palette (PNG, third edition, 11.2): the same pixels at a third of the bytes or less. libvips' own palettes are found
/// by quantising, which moves colours a little.
/// </summary>
internal static class IndexedPng
{
    private const int MostColours = 256;

    /// <param name="image">In memory, 8 bit sRGB with or without alpha.</param>
    /// <returns>The file, without metadata; null where there are more colours than a palette holds.</returns>
    public static byte[]? Write(Image image)
    {
        if (image.Bands is not (3 or 4))
            return null;
        var pixels = image.WriteToMemory<byte>();
        if (Index(pixels, image.Bands) is not { } indexed)
            return null;
        var bits = indexed.Palette.Count switch { <= 2 => 1, <= 4 => 2, <= 16 => 4, _ => 8 };
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var head = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(head, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(4), image.Height);
        (head[8], head[9]) = ((byte)bits, 3);
        WriteChunk(file, "IHDR"u8, head);
        WriteChunk(file, "PLTE"u8, [.. indexed.Palette.SelectMany(static colour => new[] { (byte)colour, (byte)(colour >> 8), (byte)(colour >> 16) })]);
        if (image.Bands == 4)
            WriteChunk(file, "tRNS"u8, [.. indexed.Palette.Select(static colour => (byte)(colour >> 24))]);
        WriteChunk(file, "IDAT"u8, Deflate(indexed.Indices, image.Width, image.Height, bits));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static (List<uint> Palette, byte[] Indices)? Index(byte[] pixels, int bands)
    {
        var known = new Dictionary<uint, byte>(MostColours);
        var palette = new List<uint>(MostColours);
        var indices = new byte[pixels.Length / bands];
        var (last, lastIndex) = (0u, -1);
        for (var i = 0; i < indices.Length; i++)
        {
            var at = i * bands;
            var colour = pixels[at] | ((uint)pixels[at + 1] << 8) | ((uint)pixels[at + 2] << 16) | (bands == 4 ? (uint)pixels[at + 3] << 24 : 0);
            if (lastIndex < 0 || colour != last)
            {
                if (!known.TryGetValue(colour, out var index))
                {
                    if (palette.Count == MostColours)
                        return null;
                    known[colour] = index = (byte)palette.Count;
                    palette.Add(colour);
                }

                (last, lastIndex) = (colour, index);
            }

            indices[i] = (byte)lastIndex;
        }

        return (palette, indices);
    }

    // Lines of packed indices, each after a byte that says "as they are".
    private static byte[] Deflate(byte[] indices, int width, int height, int bits)
    {
        var line = new byte[1 + (((width * bits) + 7) / 8)];
        using var deflated = new MemoryStream();
        using (var zlib = new ZLibStream(deflated, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                line.AsSpan().Clear();
                for (var x = 0; x < width; x++)
                    line[1 + (x * bits / 8)] |= (byte)(indices[(y * width) + x] << (8 - bits - (x * bits % 8)));
                zlib.Write(line);
            }
        }

        return deflated.ToArray();
    }

    private static void WriteChunk(Stream file, ReadOnlySpan<byte> type, byte[] body)
    {
        byte[] chunk = [0, 0, 0, 0, .. type, .. body, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(chunk.Length - 4), Crc32.HashToUInt32(chunk.AsSpan(4, body.Length + 4)));
        file.Write(chunk);
    }
}
