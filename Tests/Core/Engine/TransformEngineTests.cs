using ImageService.Core.Engine;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Integration")]
public sealed class TransformEngineTests
{
    private static readonly double[] Red = [220, 40, 40];
    private static readonly double[] Green = [40, 180, 60];
    private static readonly double[] Blue = [40, 70, 210];
    private static readonly double[] Yellow = [230, 210, 50];

    public static TheoryData<ImageFormat, string> FormatsAndSizes()
    {
        var data = new TheoryData<ImageFormat, string>();
        foreach (var format in Enum.GetValues<ImageFormat>())
        {
            foreach (var operations in (string[])["w_320", "w_200-h_200", "w_200-h_200-f_pad-b_336699", "w_200-h_100-f_fill", "r_90-w_100"])
                data.Add(format, operations);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(FormatsAndSizes))]
    public async Task Every_format_comes_in_the_size_asked_without_metadata_in_srgb(ImageFormat format, string operations)
    {
        var made = await Workbench.MakeAsync(Drawings.JpegWithMetadata(), operations, format);

        using var image = Workbench.Open(made);
        (image.Width, image.Height).ShouldBe((made.Width, made.Height));
        ImageSniffer.Sniff(made.Bytes.Span)!.Value.Name().ShouldBe(format.Name());
        image.Interpretation.ShouldBe(Enums.Interpretation.Srgb);
        image.GetFields().Where(field => field.StartsWith("exif", StringComparison.Ordinal) || field is "xmp-data" or "iptc-data" or "icc-profile-data").ShouldBeEmpty();
        made.Bytes.Span.IndexOf("secret-xmp"u8).ShouldBe(-1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task All_eight_orientations_look_alike(int orientation)
    {
        var made = await Workbench.MakeAsync(Drawings.JpegWithMetadata(orientation), "w_320", ImageFormat.Png);

        using var image = Workbench.Open(made);
        (image.Width, image.Height).ShouldBe((320, 240));
        ShouldShow(image, Red, Green, Blue, Yellow);
    }

    [Theory]
    [InlineData("w_320-r_90", 2, 0, 3, 1)]
    [InlineData("w_320-r_180", 3, 2, 1, 0)]
    [InlineData("w_320-r_270", 1, 3, 0, 2)]
    [InlineData("w_320-flip", 1, 0, 3, 2)]
    [InlineData("w_320-flop", 2, 3, 0, 1)]
    [InlineData("w_320-r_90-flip", 0, 2, 1, 3)]
    public async Task Turning_and_mirroring_follow_the_contract(string operations, int topLeft, int topRight, int bottomLeft, int bottomRight)
    {
        double[][] colours = [Red, Green, Blue, Yellow];
        var made = await Workbench.MakeAsync(Drawings.Jpeg(), operations, ImageFormat.Png);

        using var image = Workbench.Open(made);
        ShouldShow(image, colours[topLeft], colours[topRight], colours[bottomLeft], colours[bottomRight]);
    }

    [Theory]
    [InlineData("w_100-h_200-g_west", 220, 40, 40)]
    [InlineData("w_100-h_200-g_east", 40, 180, 60)]
    public async Task Cover_keeps_the_side_that_gravity_names(string operations, double red, double green, double blue)
    {
        var made = await Workbench.MakeAsync(Drawings.Jpeg(), operations, ImageFormat.Png);

        using var image = Workbench.Open(made);
        ShouldBeNear(Workbench.Colour(image, 0.3, 0.1), [red, green, blue]);
    }

    [Theory]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Gif)]
    public async Task Alpha_survives_where_the_format_has_it(ImageFormat format)
    {
        var made = await Workbench.MakeAsync(Drawings.PngWithAlpha(), "w_128", format);

        using var image = Workbench.Open(made);
        image.HasAlpha().ShouldBeTrue();
        Workbench.Colour(image, 0, 0)[3].ShouldBeLessThan(5);
        Workbench.Colour(image, 0.45, 0.45)[3].ShouldBeGreaterThan(250);
    }

    [Theory]
    [InlineData("w_128", ImageFormat.Jpg, 255, 255, 255)]
    [InlineData("w_128-b_3060ff", ImageFormat.Jpg, 48, 96, 255)]
    [InlineData("w_128-b_3060ff", ImageFormat.Png, 48, 96, 255)]
    [InlineData("w_128-b_0008", ImageFormat.Jpg, 119, 119, 119)]
    public async Task The_background_fills_the_pictures_own_transparency(string operations, ImageFormat format, double red, double green, double blue)
    {
        var made = await Workbench.MakeAsync(Drawings.PngWithAlpha(), operations, format);

        using var image = Workbench.Open(made);
        ShouldBeNear(Workbench.Colour(image, 0, 0), [red, green, blue], 6);
        ShouldBeNear(Workbench.Colour(image, 0.45, 0.45)[..3], [230, 60, 30], 8);
    }

    [Fact]
    public async Task A_translucent_background_stays_translucent()
    {
        var made = await Workbench.MakeAsync(Drawings.PngWithAlpha(), "w_128-b_ff000080", ImageFormat.Png);

        using var image = Workbench.Open(made);
        ShouldBeNear(Workbench.Colour(image, 0, 0), [255, 0, 0, 128], 3);
    }

    [Theory]
    [InlineData(ImageFormat.Jpg, 255, 255, 255, 255)]
    [InlineData(ImageFormat.Png, 0, 0, 0, 0)]
    public async Task Pad_without_a_background_is_transparent_or_white(ImageFormat format, double red, double green, double blue, double alpha)
    {
        var made = await Workbench.MakeAsync(Drawings.Jpeg(), "w_200-h_200-f_pad", format);

        using var image = Workbench.Open(made);
        (image.Width, image.Height).ShouldBe((200, 200));
        ShouldBeNear(Workbench.Colour(image, 0.4, 0, 0.1, 0.05), image.HasAlpha() ? [red, green, blue, alpha] : [red, green, blue], 3);
    }

    [Theory]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Gif)]
    public async Task Animations_stay_animated_with_their_delays_and_repetitions(ImageFormat format)
    {
        foreach (var original in (byte[][])[Drawings.Gif(), Drawings.AnimatedWebp()])
        {
            var made = await Workbench.MakeAsync(original, "w_30-h_30", format);

            made.Frames.ShouldBe(3);
            using var image = Workbench.Open(made);
            (image.Width, image.PageHeight).ShouldBe((30, 30));
            ((int[])image.Get("delay")).ShouldBe([100, 200, 300]);
            image.Get("loop").ShouldBe(3);
        }
    }

    [Fact]
    public async Task Each_frame_is_turned_and_mirrored_by_itself()
    {
        var made = await Workbench.MakeAsync(Drawings.AnimatedWebp(), "flip", ImageFormat.Webp);

        using var image = Workbench.Open(made);
        for (var i = 0; i < 3; i++)
        {
            using var frame = image.Crop(0, i * 40, 60, 40);
            ShouldBeNear(Workbench.Colour(frame, 0.92, 0.4, 0.05)[..3], [255, 255, 255], 8);
            Workbench.Colour(frame, 0.1, 0.4)[..3].Max().ShouldBeLessThan(235);
        }

        var turned = await Workbench.MakeAsync(Drawings.AnimatedWebp(), "r_90", ImageFormat.Webp);
        (turned.Width, turned.Height, turned.Frames).ShouldBe((40, 60, 3));
    }

    [Fact]
    public async Task No_frame_shows_its_neighbour_at_the_edge()
    {
        var made = await Workbench.MakeAsync(Drawings.AnimatedWebp(3, 600, 400), "w_60-h_40", ImageFormat.Webp);

        using var image = Workbench.Open(made);
        using var last = image.Crop(30, 39, 20, 1);
        ShouldBeNear(Workbench.Colour(last, 0, 0, 1, 1)[..3], [200, 30, 30], 14);
    }

    [Theory]
    [InlineData(ImageFormat.Jpg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Avif)]
    public async Task Formats_without_animation_show_the_first_frame(ImageFormat format)
    {
        var made = await Workbench.MakeAsync(Drawings.Gif(), "w_30", format);

        (made.Width, made.Height, made.Frames).ShouldBe((30, 20, 1));
        using var image = Workbench.Open(made);
        ShouldBeNear(Workbench.Colour(image, 0.5, 0.4)[..3], [200, 30, 30], 12);
    }

    [Fact]
    public async Task Greyscale_has_equal_channels()
    {
        var made = await Workbench.MakeAsync(Drawings.Jpeg(), "w_100-bw", ImageFormat.Png);

        using var image = Workbench.Open(made);
        var colour = Workbench.Colour(image, 0, 0, 0.4, 0.4);
        colour.Max().ShouldBe(colour.Min(), 0.01);
    }

    [Theory]
    [InlineData("w_300-blur_0.3")]
    [InlineData("w_300-blur_8")]
    [InlineData("w_300-blur_60")]
    [InlineData("w_300-blur_1000")]
    public async Task Blur_of_any_radius_keeps_size_and_mean_colour(string operations)
    {
        var plain = await Workbench.MakeAsync(Drawings.Jpeg(), "w_300", ImageFormat.Png);
        var blurred = await Workbench.MakeAsync(Drawings.Jpeg(), operations, ImageFormat.Png);

        using var before = Workbench.Open(plain);
        using var after = Workbench.Open(blurred);
        (after.Width, after.Height).ShouldBe((before.Width, before.Height));
        ShouldBeNear(Workbench.Colour(after, 0, 0, 1, 1), Workbench.Colour(before, 0, 0, 1, 1), 6);
        after.Deviate().ShouldBeLessThanOrEqualTo(before.Deviate());
    }

    [Fact]
    public async Task Sharpen_raises_contrast_at_edges()
    {
        var plain = await Workbench.MakeAsync(Drawings.Jpeg(), "w_300", ImageFormat.Png);
        var sharpened = await Workbench.MakeAsync(Drawings.Jpeg(), "w_300-sharpen_3", ImageFormat.Png);

        using var before = Workbench.Open(plain);
        using var after = Workbench.Open(sharpened);
        after.Deviate().ShouldBeGreaterThan(before.Deviate());
    }

    [Fact]
    public async Task Auto_quality_gives_smooth_pictures_more_than_busy_ones()
    {
        using var noise = Image.Gaussnoise(400, 300, mean: 128, sigma: 50, seed: 3);
        using var busy = noise.Cast(Enums.BandFormat.Uchar).Colourspace(Enums.Interpretation.Srgb);
        using var smooth = Image.Xyz(400, 300)[0].Linear([0.5], [10]).Cast(Enums.BandFormat.Uchar).Colourspace(Enums.Interpretation.Srgb);

        ContentDetail.AutoQuality(smooth, ImageFormat.Jpg).ShouldBeGreaterThan(ContentDetail.AutoQuality(busy, ImageFormat.Jpg));
        var made = await Workbench.MakeAsync(Drawings.Jpeg(), "w_300-q_auto", ImageFormat.Webp);
        made.Bytes.Length.ShouldBeGreaterThan(100);
    }

    [Fact]
    public async Task Copyright_survives_alone_where_the_policy_keeps_it()
    {
        foreach (var format in (ImageFormat[])[ImageFormat.Jpg, ImageFormat.Webp, ImageFormat.Png, ImageFormat.Avif])
        {
            var made = await Workbench.MakeAsync(Drawings.JpegWithMetadata(), "w_200", format, keepCopyright: true);

            using var image = Workbench.Open(made);
            var exif = (byte[])image.Get("exif-data");
            ImageService.Core.Engine.Metadata.ExifFacts.Copyright(exif).Artist.ShouldBe("Ada Drawer");
            image.GetFields().ShouldNotContain("exif-ifd0-Make");
            image.GetFields().Where(field => field.StartsWith("exif-ifd3", StringComparison.Ordinal)).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_wide_gamut_profile_is_converted_and_then_dropped()
    {
        using var picture = Drawings.Quarters();
        using var wide = picture.IccTransform("p3", inputProfile: "srgb");
        var original = wide.JpegsaveBuffer(q: 95, keep: Enums.ForeignKeep.Icc);

        var made = await Workbench.MakeAsync(original, "w_320", ImageFormat.Png);

        using var image = Workbench.Open(made);
        image.Contains("icc-profile-data").ShouldBeFalse();
        ShouldShow(image, Red, Green, Blue, Yellow);
    }

    [Fact]
    public async Task Cmyk_sixteen_bits_lab_and_grey_become_srgb()
    {
        using var picture = Drawings.Quarters();
        using var cmyk = picture.IccTransform("cmyk", inputProfile: "srgb");
        using var deep = picture.Colourspace(Enums.Interpretation.Rgb16);
        using var lab = picture.Colourspace(Enums.Interpretation.Labs);
        using var grey = picture.Colourspace(Enums.Interpretation.Bw);
        byte[][] originals = [cmyk.JpegsaveBuffer(q: 95), deep.PngsaveBuffer(), lab.TiffsaveBuffer(), grey.JpegsaveBuffer(), grey.AddAlpha().PngsaveBuffer()];
        for (var i = 0; i < originals.Length; i++)
        {
            var made = await Workbench.MakeAsync(originals[i], "w_320", ImageFormat.Png);

            using var image = Workbench.Open(made);
            image.Interpretation.ShouldBe(Enums.Interpretation.Srgb);
            image.Format.ShouldBe(Enums.BandFormat.Uchar);
            if (i < 3)
                ShouldBeNear(Workbench.Colour(image, 0.1, 0.1)[..3], Red, i == 0 ? 45 : 12);
        }
    }

    [Fact]
    public async Task A_truncated_original_is_an_error_and_never_a_grey_picture()
    {
        var whole = Drawings.Jpeg();

        var result = await Workbench.TryAsync(whole[..(whole.Length / 2)], "w_100", ImageFormat.Webp);

        result.Error!.Code.ShouldBe(ErrorCode.UndecodableImage);
    }

    [Fact]
    public async Task Limits_are_judged_from_the_header()
    {
        var facts = new SourceFacts(640, 480, false, 1, "", null, null, null);
        var operations = CanonicalOperations.Resolve(OperationsParser.Parse("w_100").Value, ImageFormat.Jpg, facts, 85).Value;

        var result = await Workbench.Engine.TransformAsync(
            Workbench.Source(Drawings.Jpeg()), operations, new TransformLimits(1000, 1, null), TestContext.Current.CancellationToken);

        result.Error!.Code.ShouldBe(ErrorCode.ImageLimitExceeded);
    }

    [Fact]
    public async Task A_transform_over_its_time_is_stopped_and_one_that_nobody_wants_too()
    {
        var original = Drawings.Jpeg(4000, 3000);
        var facts = Workbench.FactsOf(original);
        var operations = CanonicalOperations.Resolve(OperationsParser.Parse("q_90").Value, ImageFormat.Png, facts, 85).Value;

        var late = await Workbench.Engine.TransformAsync(
            Workbench.Source(original), operations, TransformLimits.Default with { Timeout = TimeSpan.FromMilliseconds(30) }, TestContext.Current.CancellationToken);
        late.Error!.Code.ShouldBe(ErrorCode.TransformTimedOut);

        using var caller = new CancellationTokenSource();
        var running = Workbench.Engine.TransformAsync(Workbench.Source(original), operations, TransformLimits.Default, caller.Token);
        await caller.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(running);
    }

    [Fact]
    public async Task The_same_source_and_operations_make_the_same_bytes()
    {
        var original = Drawings.Jpeg();

        var first = await Workbench.MakeAsync(original, "w_200-h_100-g_smart", ImageFormat.Webp);
        var second = await Workbench.MakeAsync(original, "w_200-h_100-g_smart", ImageFormat.Webp);

        second.Bytes.Span.SequenceEqual(first.Bytes.Span).ShouldBeTrue();
    }

    private static void ShouldShow(Image image, double[] topLeft, double[] topRight, double[] bottomLeft, double[] bottomRight)
    {
        ShouldBeNear(Workbench.Colour(image, 0.1, 0.1)[..3], topLeft);
        ShouldBeNear(Workbench.Colour(image, 0.8, 0.1)[..3], topRight);
        ShouldBeNear(Workbench.Colour(image, 0.1, 0.8)[..3], bottomLeft);
        ShouldBeNear(Workbench.Colour(image, 0.8, 0.8)[..3], bottomRight);
    }

    private static void ShouldBeNear(double[] actual, double[] expected, double tolerance = 12)
    {
        actual.Length.ShouldBe(expected.Length);
        for (var i = 0; i < expected.Length; i++)
            actual[i].ShouldBe(expected[i], tolerance, $"[{string.Join(", ", actual.Select(value => value.ToString("0")))}] is not near [{string.Join(", ", expected)}]");
    }
}
