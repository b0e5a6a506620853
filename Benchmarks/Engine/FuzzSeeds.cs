using NetVips;

namespace ImageService.Benchmarks.Engine;

/// <summary>Good images to mutate: drawn here in every format and coding, and those of a folder up to 100 KB.</summary>
internal static class FuzzSeeds
{
    private const int MaxBytes = 100_000;

    public static IReadOnlyList<byte[]> All(string? folder)
    {
        var seeds = Drawn().ToList();
        if (folder is not null)
        {
            seeds.AddRange(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Where(path => new FileInfo(path).Length is > 0 and <= MaxBytes)
                .Select(File.ReadAllBytes));
        }

        return seeds;
    }

    /// <summary>Content Credentials before a JPEG's first segment and behind a WebP's last chunk: a JUMBF superbox of C2PA's type.</summary>
    private static IEnumerable<byte[]> Credentialed(byte[] jpeg, byte[] webp)
    {
        byte[] type = [.. "c2pa"u8, 0, 0x11, 0, 0x10, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71];
        byte[] store = [0, 0, 0, 60, .. "jumb"u8, 0, 0, 0, 30, .. "jumd"u8, .. type, 3, .. "c2pa\0"u8, .. new byte[22]];
        yield return [.. jpeg[..2], 0xFF, 0xEB, 0, (byte)(store.Length + 10), .. "JP"u8, 0, 1, 0, 0, 0, 1, .. store, .. jpeg[2..]];
        byte[] longer = [.. webp, .. "C2PA"u8, (byte)store.Length, 0, 0, 0, .. store];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(longer.AsSpan(4), longer.Length - 8);
        yield return longer;
    }

    private static IEnumerable<byte[]> Drawn()
    {
        using var noise = Image.Gaussnoise(160, 120, mean: 128, sigma: 40, seed: 7);
        using var slope = Image.Xyz(160, 120);
        using var bands = noise.Bandjoin(slope);
        using var rgb = bands.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        using var rgba = rgb.Bandjoin(slope.ExtractBand(0).Cast(Enums.BandFormat.Uchar));
        using var wide = rgb.Linear([257], [0]).Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16);
        using var roll = rgb.Mutate(image => image.Set(GValue.GIntType, "page-height", 40));
        yield return rgb.JpegsaveBuffer(q: 80);
        yield return rgb.JpegsaveBuffer(q: 80, interlace: true);
        yield return rgb.JpegsaveBuffer(q: 80, restartInterval: 4);
        yield return rgb.PngsaveBuffer();
        yield return rgba.PngsaveBuffer(interlace: true);
        yield return rgb.PngsaveBuffer(palette: true);
        yield return wide.PngsaveBuffer();
        yield return rgb.WebpsaveBuffer(q: 80);
        yield return rgba.WebpsaveBuffer(lossless: true);
        yield return roll.WebpsaveBuffer(q: 80);
        foreach (var seed in Credentialed(rgb.JpegsaveBuffer(q: 80), roll.WebpsaveBuffer(q: 80)))
            yield return seed;
        yield return roll.GifsaveBuffer();
        yield return rgb.GifsaveBuffer(interlace: true);
        yield return rgba.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0);
        yield return rgb.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0, bitdepth: 10);
        yield return rgb.TiffsaveBuffer();
        yield return rgba.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate, tile: true);
        yield return rgb.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Jpeg);
        yield return [.. "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"60\" height=\"40\"><rect width=\"30\" height=\"20\" fill=\"red\"/><circle cx=\"40\" cy=\"20\" r=\"9\"/></svg>"u8];
    }
}
