using System.Buffers.Binary;
using ImageService.Core.Engine.Metadata;

namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// Tells of a file that could not be decoded whether it is of a kind that the decoders do not know, though it may be whole: the caller can then save it
/// otherwise
/// instead of looking for damage.
/// </summary>
internal static class UnsupportedKind
{
    // Longer ones are not explained.
    private const int MaxBytes = 64 << 20;

    private const ushort BitsPerSample = 258;
    private const ushort Compression = 259;
    private const ushort Photometric = 262;

    // TIFF 6.0 and its supplements, as far as libtiff is built to read them.
    private static readonly long[] Compressions = [1, 2, 3, 4, 5, 7, 8, 32773, 32946];

    /// <summary>What is unusual about the file, as in "A jpg with …"; null where nothing is.</summary>
    public static string? Of(string path, OriginalFormat format)
    {
        if (new FileInfo(path).Length > MaxBytes)
            return null;
        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        return format switch
        {
            OriginalFormat.Jpg => OfJpeg(file),
            OriginalFormat.Tiff => OfTiff(file),
            OriginalFormat.Avif or OriginalFormat.Heic => OfHeif(file),
            _ => null,
        };
    }

    // ITU-T T.81, table B.1: start of frame 0 to 2 is what everybody reads.
    private static string? OfJpeg(ReadOnlySpan<byte> file)
    {
        for (var at = 2; at + 5 < file.Length;)
        {
            var marker = file[at + 1];
            if (file[at] != 0xFF || marker is 0xDA or 0xD9)
                return null;
            if (marker == 0xFF)
            {
                at++;
                continue;
            }

            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return file[at + 4] != 8 ? $"{file[at + 4]} bits a sample (8 are read)"
                    : marker is 0xC3 or (>= 0xC5 and <= 0xC7) or 0xCB or (>= 0xCD) ? "lossless or hierarchical coding"
                    : null;
            }

            at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
        }

        return null;
    }

    private static string? OfTiff(ReadOnlySpan<byte> file)
    {
        var main = TiffDirectory.Main(file);
        return main.Number(Compression) switch
        {
            6 => "old-style JPEG compression (6)",
            { } compression when !Compressions.Contains(compression) => $"compression {compression}",
            _ => (main.Number(Photometric), main.Number(BitsPerSample)) switch
            {
                (8 or 9 or 10, _) => "Lab colours of this depth",
                (_, { } bits and not (1 or 2 or 4 or 8 or 16 or 32 or 64)) => $"{bits} bits a sample",
                ( > 6 and var photometric, _) => $"photometric interpretation {photometric}",
                _ => null,
            },
        };
    }

    // ISO/IEC 23000-22 and 23008-12: the major brand of a sequence.
    private static string? OfHeif(ReadOnlySpan<byte> file) =>
        file.Length >= 12 && (file[8..12].SequenceEqual("avis"u8) || file[8..12].SequenceEqual("hevc"u8) || file[8..12].SequenceEqual("hevx"u8)
            || file[8..12].SequenceEqual("msf1"u8))
            ? "a sequence of pictures and no still one"
            : null;
}
