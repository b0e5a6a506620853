using ImageService.Core.Engine;
using ImageService.Core.Engine.Isolation;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Files that are odd and whole: every pixel is there, so they are accepted and can be made into anything.</summary>
[Trait("Level", "Integration")]
public sealed class OddFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("odd-");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(5000)]
    public async Task Bytes_after_the_end_of_a_png_change_nothing(int length)
    {
        var plain = Drawings.PngWithAlpha();
        byte[] tail = [.. Enumerable.Repeat((byte[])[0xDE, 0xAD, 0xBE, 0xEF], 1 + (length / 4)).SelectMany(bytes => bytes).Take(length)];
        byte[] odd = [.. plain, .. tail];

        Read(odd).Value.Width.ShouldBe(256);
        foreach (var format in Enum.GetValues<ImageFormat>())
        {
            var (made, expected) = (await Workbench.MakeAsync(odd, "w_100", format), await Workbench.MakeAsync(plain, "w_100", format));
            made.Bytes.ToArray().ShouldBe(expected.Bytes.ToArray(), format.Name());
        }

        var ct = TestContext.Current.CancellationToken;
        var (stripped, usual) =
            (await Workbench.Engine.StripAsync(Workbench.Source(odd), null, ct), await Workbench.Engine.StripAsync(Workbench.Source(plain), null, ct));
        stripped.Value.Bytes.ToArray().ShouldBe(usual.Value.Bytes.ToArray());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 512)]
    [InlineData(1, 9000)]
    [InlineData(3, 2400)]
    [InlineData(9000, 2)]
    [InlineData(20_000, 1)]
    public async Task A_thin_picture_of_any_format_can_be_read_and_made_smaller(int width, int height)
    {
        using var picture = Drawings.Quarters(width, height);
        foreach (var original in (byte[][])[
            picture.JpegsaveBuffer(), picture.JpegsaveBuffer(interlace: true), picture.PngsaveBuffer(), picture.TiffsaveBuffer(), picture.GifsaveBuffer(),
            .. Math.Max(width, height) <= 16_383
                ? (byte[][])[picture.WebpsaveBuffer(), picture.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0)] : []])
        {
            var facts = Read(original).Value;
            (facts.Width, facts.Height).ShouldBe((width, height));
            foreach (var operations in (string[])["w_100", "h_100", "w_1-h_1", "w_40-h_40-f_pad", "original", "w_30-r_90-blur_2-sharpen_1"])
            {
                foreach (var format in (ImageFormat[])[ImageFormat.Png, ImageFormat.Jpg, ImageFormat.Webp])
                    (await Workbench.TryAsync(original, operations,
                        format)).Error.ShouldBeNull($"{facts.Format} {width} × {height} {operations}.{format.Name()}");
            }
        }
    }

    [Fact]
    public void A_jpeg_that_libjpeg_only_complains_of_is_accepted()
    {
        byte[] jfif = [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 3, 1, 0, 0, 1, 0, 1, 0, 0, .. Drawings.Jpeg()[2..]];
        Read(jfif).Error.ShouldBeNull("version of JFIF");

        foreach (var transform in (byte[])[2, 7])
            Read(WithAdobe(transform)).Error.ShouldBeNull($"Adobe transform {transform}");

        byte[] padded = [.. Drawings.Jpeg()[..^2], .. new byte[40], 0xFF, 0xD9];
        Read(padded).Error.ShouldBeNull("padding before the end");
        var scan = Drawings.Jpeg();
        scan[scan.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 12] = 5;
        Read(scan).Error.ShouldBeNull("parameters of a scan");
    }

    [Fact]
    public async Task A_complaint_of_libjpeg_hides_no_missing_pixels()
    {
        foreach (var original in (byte[][])[WithAdobe(2), Drawings.Jpeg()])
        {
            // The scan ends early and the file says that all is well.
            byte[] cut = [.. original[..(original.Length * 3 / 4)], 0xFF, 0xD9];
            Read(cut).Error!.Code.ShouldBe(ErrorCode.UndecodableImage);
        }

        var whole = WithAdobe(2);
        using var odd = Workbench.Open(await Workbench.MakeAsync(whole, "original", ImageFormat.Png));
        using var usual = Workbench.Open(await Workbench.MakeAsync(WithAdobe(1), "original", ImageFormat.Png));
        Workbench.Distance(odd, usual).ShouldBe(0);
    }

    [Fact]
    public void A_tiff_with_strange_tags_is_accepted_and_one_without_its_pixels_is_not()
    {
        using var picture = Drawings.Quarters(120, 90);
        var tiff = picture.TiffsaveBuffer();
        var directory = BitConverter.ToInt32(tiff, 4);
        var count = BitConverter.ToUInt16(tiff, directory);
        var unsorted = (byte[])tiff.Clone();
        var (first, last) = (directory + 2, directory + 2 + ((count - 1) * 12));
        tiff.AsSpan(first, 12).CopyTo(unsorted.AsSpan(last));
        tiff.AsSpan(last, 12).CopyTo(unsorted.AsSpan(first));

        Read(unsorted).Value.Placeholders!.DominantColour.ShouldBe(Read(tiff).Value.Placeholders!.DominantColour);
        unsorted.AsSpan(8, 3).Clear();
        byte[] short1 = [.. tiff];
        BitConverter.GetBytes(tiff.Length * 2).CopyTo(short1, directory + 2 + (IndexOf(tiff, directory, 273) * 12) + 8);
        Read(short1).Error!.Code.ShouldBe(ErrorCode.UndecodableImage);
    }

    [Fact]
    public void A_gif_without_its_trailer_is_whole_and_one_without_the_end_of_a_frame_is_not()
    {
        var gif = Drawings.Gif(3);
        gif[^1].ShouldBe((byte)0x3B);

        Read(gif[..^1]).Value.Frames.ShouldBe(3);
        Read(gif[..^2]).Error!.Code.ShouldBe(ErrorCode.UndecodableImage);
        Read(gif[..^8]).Error!.Code.ShouldBe(ErrorCode.UndecodableImage);
    }

    [Fact]
    public void A_kind_that_is_not_read_is_named_and_not_called_corrupt()
    {
        var deep = Drawings.Jpeg();
        deep[deep.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]) + 4] = 12;
        ShouldBeKind(deep, "12 bits");

        using var picture = Drawings.Quarters(120, 90);
        var tiff = picture.TiffsaveBuffer();
        var directory = BitConverter.ToInt32(tiff, 4);
        BitConverter.GetBytes((ushort)6).CopyTo(tiff, directory + 2 + (IndexOf(tiff, directory, 259) * 12) + 8);
        ShouldBeKind(tiff, "old-style JPEG");

        byte[] sequence = [0, 0, 0, 0x18, .. "ftypavis\0\0\0\0avisavif"u8, 0, 0, 0, 8, .. "mdat"u8];
        ShouldBeKind(sequence, "sequence");

        static void ShouldBeKind(byte[] file, string word)
        {
            using var test = new OddFileTests();
            var error = test.Read(file).Error.ShouldNotBeNull();
            error.Code.ShouldBe(ErrorCode.UnsupportedImageKind);
            error.Detail.ShouldContain(word);
        }
    }

    [Theory]
    [InlineData(8, Enums.BandFormat.Double)]
    [InlineData(8, Enums.BandFormat.Uint)]
    [InlineData(9, Enums.BandFormat.Uchar)] // ICCLab
    [InlineData(9, Enums.BandFormat.Ushort)]
    [InlineData(10, Enums.BandFormat.Uchar)] // ITULab
    public void A_tiff_whose_lab_colours_are_not_read_is_told_so(ushort photometric, Enums.BandFormat depth)
    {
        using var picture = Drawings.Quarters(120, 90);
        using var deep = picture.Cast(depth);
        var tiff = deep.TiffsaveBuffer();
        var directory = BitConverter.ToInt32(tiff, 4);
        BitConverter.GetBytes(photometric).CopyTo(tiff, directory + 2 + (IndexOf(tiff, directory, 262) * 12) + 8);

        var error = Read(tiff).Error.ShouldNotBeNull();

        error.Code.ShouldBe(ErrorCode.UnsupportedImageKind);
        error.Detail.ShouldContain("Lab colours of this depth");
        error.Detail.ShouldNotContain("corrupt");
    }

    [Fact]
    public async Task What_the_corpus_of_reports_holds_is_accepted_and_made_into_everything()
    {
        var corpus = Environment.GetEnvironmentVariable("IMAGESERVICE_CORPUS");
        Assert.SkipWhen(corpus is null, "Set IMAGESERVICE_CORPUS to the folder of the corpus.");
        foreach (var path in Directory.EnumerateFiles(Path.Combine(corpus!, "reports")).Where(path => Path.GetExtension(path) is not (".tsv" or ".svg")))
        {
            var original = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
            Read(original).Error.ShouldBeNull(Path.GetFileName(path));
            foreach (var format in Enum.GetValues<ImageFormat>())
            {
                foreach (var operations in (string[])["w_100", "original"])
                    (await Workbench.TryAsync(original, operations, format)).Error.ShouldBeNull($"{Path.GetFileName(path)} {operations}.{format.Name()}");
            }
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static int IndexOf(byte[] tiff, int directory, ushort tag) =>
        Enumerable.Range(0, BitConverter.ToUInt16(tiff, directory)).First(i => BitConverter.ToUInt16(tiff, directory + 2 + (i * 12)) == tag);

    // As some writers do: Adobe's marker and no JFIF.
    private static byte[] WithAdobe(byte transform) =>
        [0xFF, 0xD8, 0xFF, 0xEE, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, transform, .. Drawings.Jpeg()[2..]];

    // The decoder's own work, in this process: for pictures that tests draw.
    private Result<DecodeReply> Read(byte[] original)
    {
        var path = Path.Combine(_folder.FullName, "original");
        File.WriteAllBytes(path, original);
        return OriginalReader.Read(Workbench.Request(path), static _ => { });
    }
}
