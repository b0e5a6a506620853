using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace ImageService.Benchmarks.Registry;

/// <summary>A PNG of two colours that run into each other.</summary>
/// <param name="Png">The file, about a kilobyte.</param>
/// <param name="Colour">The first of the two, <c>#rrggbb</c>.</param>
internal sealed record SmallPicture(byte[] Png, string Colour)
{
    private const int Width = 48;
    private const int Height = 36;

    /// <summary>The picture of a number; another for each.</summary>
    public static SmallPicture Of(long number)
    {
        Span<byte> colours = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> told = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(told, number);
        SHA256.HashData(told, colours);
        using var rows = new MemoryStream();
        using (var packed = new ZLibStream(rows, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < Height; y++)
            {
                packed.WriteByte(0);
                for (var x = 0; x < Width; x++)
                {
                    var share = ((x * colours[6]) + (y * colours[7])) / (double)((Width * colours[6]) + (Height * colours[7]) + 1);
                    for (var channel = 0; channel < 3; channel++)
                        packed.WriteByte((byte)(colours[channel] + ((colours[channel + 3] - colours[channel]) * share)));
                }
            }
        }

        Span<byte> header = stackalloc byte[13];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], Height);
        (header[8], header[9]) = (8, 2);
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(png, "IHDR"u8, header);
        Chunk(png, "tEXt"u8, [.. "Comment\0"u8, .. Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))]);
        Chunk(png, "IDAT"u8, rows.ToArray());
        Chunk(png, "IEND"u8, []);
        return new SmallPicture(png.ToArray(), $"#{Convert.ToHexStringLower(colours[..3])}");
    }

    private static void Chunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> body)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, body.Length);
        png.Write(number);
        byte[] typed = [.. type, .. body];
        png.Write(typed);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32(typed));
        png.Write(number);
    }
}
