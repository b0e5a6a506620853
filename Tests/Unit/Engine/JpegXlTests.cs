using System.Runtime.InteropServices;
using ImageMagick;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Metadata;
using ImageService.Core.Engine.Stripping;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>JPEG XL, read back by the library's own loader, which the engine uses for originals alone.</summary>
[Trait("Level", "Unit")]
public sealed class JpegXlTests
{
    [Theory]
    [InlineData("w_200", 200, 150)]
    [InlineData("w_120-h_90-r_90", 120, 90)]
    public async Task A_picture_comes_back_as_it_was(string operations, int width, int height)
    {
        SkipWhereThereIsNone();
        var made = await Workbench.MakeAsync(Drawings.Jpeg(400, 300), $"{operations}-q_95", ImageFormat.Jxl);
        var plain = await Workbench.MakeAsync(Drawings.Jpeg(400, 300), operations, ImageFormat.Png);

        ImageSniffer.Sniff(made.Bytes.Span).ShouldBe(OriginalFormat.Jxl);
        using var decoded = Decode(made.Bytes);
        ((int)decoded.Width, (int)decoded.Height).ShouldBe((width, height));
        (made.Width, made.Height).ShouldBe((width, height));
        Difference(decoded, plain.Bytes).ShouldBeLessThan(3);
    }

    [Fact]
    public async Task Quality_100_loses_nothing_of_colours_and_alpha()
    {
        SkipWhereThereIsNone();
        var drawn = Drawings.PngWithAlpha();
        var made = await Workbench.MakeAsync(drawn, "q_100", ImageFormat.Jxl);
        var plain = await Workbench.MakeAsync(drawn, "q_100", ImageFormat.Png);

        using var decoded = Decode(made.Bytes);
        decoded.HasAlpha.ShouldBeTrue();
        Difference(decoded, plain.Bytes).ShouldBe(0);
    }

    [Fact]
    public async Task Lower_quality_makes_smaller_files()
    {
        SkipWhereThereIsNone();
        var sizes = new List<int>();
        foreach (var quality in (int[])[10, 40, 70, 90])
            sizes.Add((await Workbench.MakeAsync(Drawings.Jpeg(), $"w_300-q_{quality}", ImageFormat.Jxl)).Bytes.Length);
        sizes.ShouldBeInOrder();
        sizes.Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public async Task Metadata_does_not_come_along_and_copyright_where_it_is_kept()
    {
        SkipWhereThereIsNone();
        var original = Drawings.JpegWithMetadata(1);
        var bare = (await Workbench.MakeAsync(original, "w_60", ImageFormat.Jxl)).Bytes;
        using (var decoded = Decode(bare))
            decoded.GetExifProfile().ShouldBeNull();

        var kept = (await Workbench.MakeAsync(original, "w_60", ImageFormat.Jxl, keepCopyright: true)).Bytes;
        using var marked = Decode(kept);
        ExifFacts.Copyright(marked.GetExifProfile()!.ToByteArray()).Artist.ShouldBe("Ada Drawer");
        Stripped(kept.Span, keepCopyright: false).AsSpan().IndexOf("Ada Drawer"u8).ShouldBe(-1);
        Stripped(kept.Span, keepCopyright: true).AsSpan().IndexOf("Ada Drawer"u8).ShouldBeGreaterThan(0);
        using var again = Decode(Stripped(kept.Span, keepCopyright: false));
        again.Compare(marked, ErrorMetric.Absolute).ShouldBe(0);
    }

    [Fact]
    public void A_bare_codestream_has_nothing_to_strip_and_a_torn_container_is_refused()
    {
        byte[] bare = [0xFF, 0x0A, 1, 2, 3];
        JxlStripper.Strip(bare, keepCopyright: false)!.AreAllOf(bare.Length).ShouldBeTrue();
        byte[] head = [0, 0, 0, 0x0C, .. "JXL "u8, 0x0D, 0x0A, 0x87, 0x0A];
        JxlStripper.Strip(head, keepCopyright: false).ShouldBeNull("there is no picture");
        JxlStripper.Strip([.. head, 0, 0, 0, 99, .. "jxlc"u8, 1], keepCopyright: false).ShouldBeNull("a box runs past the end");
        JxlStripper.Strip([.. head, 0, 0, 0, 1, .. "jxlc"u8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], keepCopyright: false)
            .ShouldBeNull("a box of more than any file");
        JxlStripper.Strip([.. head, 0, 0, 0, 9, .. "xml "u8, 1, 0, 0, 0, 0, .. "jxlc"u8, 7], keepCopyright: false)!.Length.ShouldBe(head.Length + 9);
    }

    [Theory]
    [InlineData(Architecture.Arm64, false)]
    [InlineData(Architecture.X64, true)]
    public void It_is_offered_only_where_it_can_be_written(Architecture architecture, bool isWritten)
    {
        var support = new EncoderSupport(architecture);
        IReadOnlySet<ImageFormat> all = Enum.GetValues<ImageFormat>().ToHashSet();
        support.Writes(ImageFormat.Jxl).ShouldBe(isWritten);
        support.Writes(ImageFormat.Avif).ShouldBeTrue();
        support.Among(all).Contains(ImageFormat.Jxl).ShouldBe(isWritten);
        support.Among(all).ShouldBeSameAs(support.Among(all));
        FormatNegotiation.Choose("image/jxl,*/*", ImageFormat.Jpg, support.Among(all), animated: false).ShouldBe(isWritten ? ImageFormat.Jxl : ImageFormat.Jpg);
    }

    private static void SkipWhereThereIsNone() =>
        Assert.SkipUnless(RuntimeInformation.ProcessArchitecture == Architecture.X64, "The encoder of JPEG XL is built for x64 alone.");

    private static MagickImage Decode(ReadOnlyMemory<byte> bytes) => new(bytes.Span, new MagickReadSettings { Format = MagickFormat.Jxl });

    private static byte[] Stripped(ReadOnlySpan<byte> file, bool keepCopyright) => JxlStripper.Strip(file, keepCopyright)!.Of(file);

    // Mean of absolute differences, of 255.
    private static double Difference(MagickImage decoded, ReadOnlyMemory<byte> png)
    {
        using var expected = Image.NewFromBuffer(png.ToArray());
        var pixels = decoded.GetPixels().ToByteArray(expected.HasAlpha() ? PixelMapping.RGBA : PixelMapping.RGB)!;
        var wanted = expected.WriteToMemory<byte>();
        pixels.Length.ShouldBe(wanted.Length);
        return wanted.Zip(pixels, static (one, other) => Math.Abs(one - other)).Average();
    }
}
