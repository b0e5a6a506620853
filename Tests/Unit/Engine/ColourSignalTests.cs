using System.Buffers.Binary;
using System.IO.Hashing;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Colours that a file says without a profile; expected values are those that Chromium 156 draws.</summary>
[Trait("Level", "Integration")]
public sealed class ColourSignalTests
{
    private const double Tolerance = 4;
    private static readonly double[][] Patches = [[200, 100, 50], [50, 150, 100], [128, 128, 128], [90, 60, 180], [60, 60, 60], [180, 180, 180]];

    [Theory]
    [InlineData(12, 13, "215,93,31 0,153,95 128,128,128 95,58,187 60,60,60 180,180,180")]
    [InlineData(9, 1, "239,63,5 0,152,85 121,121,121 83,40,184 49,49,49 176,176,176")]
    [InlineData(9, 13, "241,76,29 0,158,94 128,128,128 93,52,188 60,60,60 180,180,180")]
    [InlineData(11, 13, "211,93,32 0,153,95 128,128,128 93,57,187 60,60,60 180,180,180")]
    [InlineData(1, 8, "229,168,122 122,202,168 188,188,188 160,133,219 133,133,133 219,219,219")]
    [InlineData(1, 16, "255,51,8 17,194,76 132,132,132 46,18,250 26,26,26 242,242,242")]
    [InlineData(9, 16, "255,0,0 0,204,46 132,132,132 0,0,254 26,26,26 242,242,242")]
    [InlineData(9, 18, "230,48,17 0,125,74 99,99,99 66,36,148 39,39,39 166,166,166")]
    [InlineData(12, 4, "216,93,24 0,154,95 129,129,129 95,56,188 57,57,57 181,181,181")]
    [InlineData(2, 2, "200,100,50 50,150,100 128,128,128 90,60,180 60,60,60 180,180,180")]
    public async Task Code_points_mean_the_same_in_png_and_avif_of_every_depth(byte primaries, byte transfer, string expected)
    {
        await ShouldShowAsync(WithChunk(Png(), "cICP", [primaries, transfer, 0, 1]), expected);
        await ShouldShowAsync(WithChunk(Png(deep: true), "cICP", [primaries, transfer, 0, 1]), expected);
        await ShouldShowAsync(Avif(primaries, transfer, bits: 8), expected, primaries == 9 ? 14 : 8);
        await ShouldShowAsync(Avif(primaries, transfer, bits: 10), expected);
    }

    /// <summary><c>original</c> in its own format keeps the chunks; another format is made by the same road as every variant.</summary>
    [Fact]
    public async Task What_a_file_says_of_its_colours_stays_when_it_is_stripped()
    {
        byte[] codePoints = [12, 13, 0, 1];
        var gamma = WithChunk(WithChunk(Png(), "cHRM", Numbers(31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000)), "gAMA", Numbers(62_500));
        foreach (var original in (byte[][])[WithChunk(Png(), "cICP", codePoints), WithChunk(Png(deep: true), "cICP", codePoints), gamma, Avif(9, 16, bits: 8)])
        {
            var stripped = (await Workbench.Engine.StripAsync(Workbench.Source(original), null, TestContext.Current.CancellationToken)).Value.Bytes.ToArray();

            var shown = await Workbench.MakeAsync(original, "q_100", ImageFormat.Png);
            (await Workbench.MakeAsync(stripped, "q_100", ImageFormat.Png)).Bytes.Span.SequenceEqual(shown.Bytes.Span).ShouldBeTrue();
            using var said = Workbench.Open(shown);
            said.Getpoint(8, 8)[..3].ShouldNotBe(Patches[0], "otherwise nothing was said");
        }
    }

    [Fact]
    public async Task The_brightest_light_that_is_told_bends_what_is_bright()
    {
        byte[] level = [0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(level, 4000 * 10_000);

        await ShouldShowAsync(WithChunk(WithChunk(Png(), "cLLI", level), "cICP", [9, 16, 0, 1]), "255,0,0 0,204,46 132,132,132 0,0,228 26,26,26 217,217,217");
    }

    [Theory]
    [InlineData(100_000, false, "229,168,122 122,202,168 188,188,188 160,133,219 133,133,133 219,219,219")]
    [InlineData(62_500, false, "215,130,77 77,175,130 156,156,156 120,89,199 89,89,89 199,199,199")]
    [InlineData(45_455, false, "200,100,50 50,150,100 128,128,128 90,60,180 60,60,60 180,180,180")]
    [InlineData(45_455, true, "216,93,24 0,154,95 129,129,129 95,56,188 57,57,57 181,181,181")]
    [InlineData(0, true, "200,100,50 50,150,100 128,128,128 90,60,180 60,60,60 180,180,180")]
    public async Task Gamma_and_chromaticities_of_a_png_count_as_in_browsers(uint gamma, bool isP3, string expected)
    {
        var png = Png();
        if (isP3)
            png = WithChunk(png, "cHRM", Numbers(31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000));
        if (gamma > 0)
            png = WithChunk(png, "gAMA", Numbers(gamma));

        await ShouldShowAsync(png, expected);
        await ShouldShowAsync(WithChunk(png, "sRGB", [0]), "200,100,50 50,150,100 128,128,128 90,60,180 60,60,60 180,180,180");
    }

    [Fact]
    public async Task A_grey_png_with_gamma_and_the_alpha_of_a_colourful_one_are_kept_apart()
    {
        using var colours = Patch();
        using var grey = colours[0].Copy(interpretation: Enums.Interpretation.Bw);
        await ShouldShowAsync(WithChunk(grey.PngsaveBuffer(), "gAMA", Numbers(62_500)), "215,215,215 77,77,77 156,156,156 120,120,120 89,89,89 199,199,199");

        using var half = colours.Bandjoin(Image.Black(colours.Width, colours.Height) + 128);
        using var bytes = half.Cast(Enums.BandFormat.Uchar);
        using var made = Workbench.Open(await Workbench.MakeAsync(WithChunk(bytes.PngsaveBuffer(), "cICP", [12, 13, 0, 1]), "q_90", ImageFormat.Png));
        made.Getpoint(8, 8).ShouldBe([215, 93, 31, 128]);
    }

    [Theory]
    [InlineData("cHRM", 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u)]
    [InlineData("cHRM", 4_000_000_000u, 1u, 1u, 1u, 1u, 1u, 1u, 1u)]
    [InlineData("cHRM", 31_270u, 32_900u, 64_000u, 33_000u, 64_000u, 33_000u, 64_000u, 33_000u)]
    [InlineData("gAMA", 0u)]
    [InlineData("gAMA", 4_294_967_295u)]
    [InlineData("cICP", 0xFFFF_FFFFu)]
    public async Task Nonsense_says_nothing(string type, params uint[] numbers) =>
        await ShouldShowAsync(WithChunk(Png(), type, Numbers(numbers)), "200,100,50 50,150,100 128,128,128 90,60,180 60,60,60 180,180,180");

    [Fact]
    public async Task Cmyk_without_a_profile_has_a_black_that_is_black()
    {
        double[][] inks = [[0, 0, 0, 255], [255, 255, 255, 255], [0, 0, 0, 0], [0, 0, 0, 128]];
        using var row = Image.Arrayjoin([.. inks.Select(ink => (Image.Black(16, 16, bands: 4) + ink).Cast(Enums.BandFormat.Uchar))]);
        using var cmyk = row.Copy(interpretation: Enums.Interpretation.Cmyk);
        foreach (var original in (byte[][])[cmyk.JpegsaveBuffer(q: 100, keep: Enums.ForeignKeep.None), cmyk.TiffsaveBuffer(keep: Enums.ForeignKeep.None)])
        {
            using var made = Workbench.Open(await Workbench.MakeAsync(original, "w_64", ImageFormat.Png));
            made.Getpoint(8, 8).ShouldAllBe(value => value <= 24);
            made.Getpoint(24, 8).ShouldAllBe(value => value <= 12);
            made.Getpoint(40, 8).ShouldAllBe(value => value >= 254);
            var grey = made.Getpoint(56, 8);
            (grey.Max() - grey.Min()).ShouldBeLessThanOrEqualTo(4);
        }
    }

    [Fact]
    public async Task Whole_numbers_of_32_bits_in_a_tiff_are_as_bright_as_their_first_eight()
    {
        using var colours = Patch();
        using var wide = (colours.Cast(Enums.BandFormat.Double) * 16_843_009).Cast(Enums.BandFormat.Uint);
        await ShouldShowAsync(wide.TiffsaveBuffer(), "200,100,50 50,150,100 128,128,128 90,60,180 60,60,60 180,180,180");
    }

    private static async Task ShouldShowAsync(byte[] original, string expected, double tolerance = Tolerance)
    {
        foreach (var format in (ImageFormat[])[ImageFormat.Png, ImageFormat.Webp])
        {
            using var made = Workbench.Open(await Workbench.MakeAsync(original, "q_100", format));
            var patches = expected.Split(' ').Select(patch => patch.Split(',').Select(double.Parse).ToArray()).ToArray();
            for (var i = 0; i < patches.Length; i++)
                Looks.ShouldBeNear(made.Getpoint((i * 16) + 8, 8)[..3], patches[i], format == ImageFormat.Png ? tolerance : tolerance + 4);
        }
    }

    private static Image Patch()
    {
        using var row = Image.Arrayjoin([.. Patches.Select(patch => (Image.Black(16, 16, bands: 3) + patch).Cast(Enums.BandFormat.Uchar))]);
        return row.Copy(interpretation: Enums.Interpretation.Srgb).CopyMemory();
    }

    private static byte[] Png(bool deep = false)
    {
        using var colours = Patch();
        if (!deep)
            return colours.PngsaveBuffer();
        using var wide = (colours * 257).Cast(Enums.BandFormat.Ushort);
        return wide.Copy(interpretation: Enums.Interpretation.Rgb16).PngsaveBuffer(bitdepth: 16);
    }

    private static byte[] Avif(byte primaries, byte transfer, int bits)
    {
        using var colours = Patch();
        var file =
            colours.HeifsaveBuffer(q: 100, lossless: true, bitdepth: bits, compression: Enums.ForeignHeifCompression.Av1, effort: 0,
                keep: Enums.ForeignKeep.None);
        var at = file.AsSpan().IndexOf("nclx"u8);
        at.ShouldBeGreaterThan(0);
        (file[at + 5], file[at + 7]) = (primaries, transfer);
        return file;
    }

    private static byte[] Numbers(params uint[] values)
    {
        var bytes = new byte[values.Length * 4];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i * 4), values[i]);
        return bytes;
    }

    // Behind IHDR, which is 25 bytes long and follows the signature of 8.
    private static byte[] WithChunk(byte[] png, string type, byte[] body)
    {
        byte[] typed = [.. System.Text.Encoding.ASCII.GetBytes(type), .. body];
        return [.. png[..33], .. Numbers((uint)body.Length), .. typed, .. Numbers(Crc32.HashToUInt32(typed)), .. png[33..]];
    }
}
