using ImageService.Core.Errors;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Operations;

[Trait("Level", "Unit")]
public sealed class CanonicalOperationsTests
{
    private static readonly SourceFacts Landscape = Source(1600, 1200);
    private static readonly SourceFacts Square = Source(800, 800);

    [Theory]
    [InlineData("w_800-h_300", "fmt_webp-w_800-h_300-f_cover-g_center-q_85")]
    [InlineData("h_300-w_800-f_cover-g_center-q_85", "fmt_webp-w_800-h_300-f_cover-g_center-q_85")]
    [InlineData("w_800", "fmt_webp-w_800-q_85")]
    [InlineData("q_70", "fmt_webp-q_70")]
    [InlineData("q_auto-bw", "fmt_webp-q_85-bw")]
    [InlineData("q_eco", "fmt_webp-q_65")]
    [InlineData("w_800-h_300-f_fill-g_north", "fmt_webp-w_800-h_300-f_fill-q_85")]
    [InlineData("w_800-h_300-f_contain-g_east", "fmt_webp-w_800-h_300-f_pad-g_east-q_85")]
    [InlineData("w_800-h_300-f_pad-b_FFF", "fmt_webp-w_800-h_300-f_pad-g_center-b_ffffff-q_85")]
    [InlineData("w_800-b_fff", "fmt_webp-w_800-q_85")]
    [InlineData("w_800-sharpen_0-blur_5.004", "fmt_webp-w_800-q_85-blur_5")]
    [InlineData("sharpen_2.50-blur_0.3-bw-flop-r_90", "fmt_webp-q_85-r_90-sharpen_2.5-blur_0.3-bw-flop")]
    public void Defaults_are_applied_values_normalised_and_no_ops_dropped(string text, string canonical) => Canonical(text, Landscape).ShouldBe(canonical);

    [Theory]
    [InlineData("w_800", "w_800-h_600")]
    [InlineData("w_800", "h_600")]
    [InlineData("w_800", "w_800-h_900-f_inside")]
    [InlineData("w_800", "w_100-h_600-f_outside")]
    [InlineData("w_800", "w_800-h_600-f_fill-g_smart")]
    [InlineData("w_800", "w_800-h_600-f_pad-b_123456")]
    [InlineData("w_800", "w_800-f_pad")]
    [InlineData("h_600", "h_600-f_contain")]
    [InlineData("w_800-h_300-g_north", "w_800-h_300-g_northwest")]
    [InlineData("w_300-h_600-g_north", "w_300-h_600")]
    [InlineData("w_300-h_600-g_focal", "w_300-h_600")]
    [InlineData("w_300-h_600-f_pad-g_smart", "w_300-h_600-f_contain")]
    [InlineData("w_300-h_600-f_pad-b_12345600", "w_300-h_600-f_contain")]
    [InlineData("flip-flop", "r_180")]
    [InlineData("r_180-flip-flop-w_1600", "w_1700")]
    [InlineData("r_180-flip", "flop")]
    [InlineData("r_270-flip", "r_90-flop")]
    [InlineData("w_9.9", "w_9")]
    public void Different_texts_that_mean_the_same_share_one_form(string one, string other) => Canonical(one, Landscape).ShouldBe(Canonical(other, Landscape));

    [Theory]
    [InlineData("w_2000-h_1000", "fmt_webp-w_800-h_400-f_cover-g_center-q_85")]
    [InlineData("w_2000-h_1000-f_fill", "fmt_webp-w_800-h_400-f_fill-q_85")]
    [InlineData("w_2000-h_2000", "fmt_webp-q_85")]
    [InlineData("w_800", "fmt_webp-q_85")]
    [InlineData("h_8000", "fmt_webp-q_85")]
    [InlineData("w_2000-h_400-f_inside", "fmt_webp-w_400-q_85")]
    [InlineData("w_2000-h_400-f_outside", "fmt_webp-q_85")]
    [InlineData("w_2000-h_1000-f_pad", "fmt_webp-w_2000-h_1000-f_pad-g_center-q_85")]
    [InlineData("w_800-h_400-f_pad-g_southeast", "fmt_webp-w_800-h_400-f_pad-g_east-q_85")]
    public void Nothing_is_enlarged_but_a_canvas(string text, string canonical) => Canonical(text, Square).ShouldBe(canonical);

    [Theory]
    [InlineData(3, 8000, "h_7999", "fmt_webp-h_7999-q_85")]
    [InlineData(10000, 2, "w_100", "fmt_webp-w_100-q_85")]
    [InlineData(1, 1, "w_500-h_9", "fmt_webp-q_85")]
    [InlineData(801, 600, "h_300", "fmt_webp-w_401-q_85")]
    [InlineData(801, 600, "w_400-h_300", "fmt_webp-w_400-h_300-f_cover-g_center-q_85")]
    public void Extreme_proportions_keep_a_pixel_and_lose_none(int width, int height, string text, string canonical) =>
        Canonical(text, Source(width, height)).ShouldBe(canonical);

    [Fact]
    public void A_rotated_picture_is_measured_after_the_rotation() =>
        Canonical("r_90-w_1200", Landscape).ShouldBe("fmt_webp-q_85-r_90");

    [Theory]
    [InlineData("w_100", ImageFormat.Png, "fmt_png-w_100")]
    [InlineData("w_100-q_40", ImageFormat.Png, "fmt_png-w_100")]
    [InlineData("w_100-q_40", ImageFormat.Gif, "fmt_gif-w_100")]
    [InlineData("w_100-q_40", ImageFormat.Avif, "fmt_avif-w_100-q_40")]
    public void Formats_without_a_quality_have_none(string text, ImageFormat format, string canonical) =>
        Canonical(text, Landscape, format).ShouldBe(canonical);

    [Theory]
    [InlineData("w_100", ImageFormat.Jpg, "fmt_jpg-w_100-b_ffffff-q_85")]
    [InlineData("w_100-b_f00", ImageFormat.Jpg, "fmt_jpg-w_100-b_ff0000-q_85")]
    [InlineData("w_100-b_ff000080", ImageFormat.Jpg, "fmt_jpg-w_100-b_ff7f7f-q_85")]
    [InlineData("w_100-b_0000", ImageFormat.Jpg, "fmt_jpg-w_100-b_ffffff-q_85")]
    [InlineData("w_100-b_0000", ImageFormat.Webp, "fmt_webp-w_100-q_85")]
    [InlineData("w_100-b_00000080", ImageFormat.Webp, "fmt_webp-w_100-b_00000080-q_85")]
    public void A_background_fills_the_pictures_own_transparency(string text, ImageFormat format, string canonical) =>
        Canonical(text, Landscape with { HasAlpha = true }, format).ShouldBe(canonical);

    [Fact]
    public void A_canvas_of_a_format_without_alpha_is_white() =>
        Canonical("w_10-h_10-f_pad", Landscape, ImageFormat.Jpg).ShouldBe("fmt_jpg-w_10-h_10-f_pad-g_center-b_ffffff-q_85");

    [Fact]
    public void Original_in_its_own_format_keeps_its_pixels()
    {
        var canonical = OperationsParser.Parse("original").Value;
        var resolved = CanonicalOperations.Resolve(canonical, ImageFormat.Jpg, Landscape, 85).Value;
        resolved.Text.ShouldBe("original");
        resolved.Operations.Original.ShouldBeTrue();
    }

    [Fact]
    public void Original_in_another_format_is_a_full_size_conversion()
    {
        Canonical("original", Landscape).ShouldBe("fmt_webp-q_85");
        Canonical("original", Landscape with { Format = null }, ImageFormat.Jpg).ShouldBe("fmt_jpg-q_85");
    }

    [Fact]
    public void The_form_carries_the_focal_point_that_it_uses()
    {
        var source = Landscape with { FocalX = 0.25, FocalY = 0.123456 };
        Canonical("w_600-h_600-g_focal", source).ShouldBe("fmt_webp-w_600-h_600-f_cover-g_focal-q_85-fx_0.25");
        Canonical("w_1600-h_600-g_focal", source).ShouldBe("fmt_webp-w_1600-h_600-f_cover-g_focal-q_85-fy_0.1235");
        Canonical("w_600-h_600", source).ShouldBe(Canonical("w_600-h_600", Landscape), "a focal point that is not asked for changes nothing");
        Canonical("w_600-h_600-g_focal-fx_0.9", source).ShouldBe("fmt_webp-w_600-h_600-f_cover-g_focal-q_85-fx_0.9");
    }

    [Fact]
    public void A_centre_that_was_asked_for_is_said_where_the_originals_point_would_stand_for_it()
    {
        const string form = "fmt_webp-w_600-h_600-f_cover-g_focal-q_85-fx_0.5-fy_0.3-trim_10";
        Canonical(form, Landscape with { FocalX = 0.25, FocalY = 0.1 }).ShouldBe(form);
        Canonical(form, Landscape).ShouldBe("fmt_webp-w_600-h_600-f_cover-g_focal-q_85-fy_0.3-trim_10");
    }

    [Theory]
    [InlineData("r_90", "fx_0.9")]
    [InlineData("r_180", "fx_0.75")]
    [InlineData("r_270", "fx_0.1")]
    [InlineData("flip", "fx_0.75")]
    [InlineData("flop", "fx_0.25")]
    [InlineData("r_90-flip", "fx_0.1")]
    public void The_focal_point_turns_with_the_picture(string turn, string focal) =>
        Canonical($"w_100-h_600-g_focal-{turn}", Landscape with { FocalX = 0.25, FocalY = 0.1 }).ShouldEndWith(focal);

    [Fact]
    public void A_preset_that_is_not_expanded_is_an_error() =>
        CanonicalOperations.Resolve(OperationsParser.Parse("preset_a").Value, ImageFormat.Jpg, Landscape,
            85).Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.InvalidOperations);

    [Fact]
    public void The_hash_is_the_contracts()
    {
        // printf 'fmt_webp-w_800-q_85;abc;fmt=webp;rev=1' | sha256sum
        OperationsHash.Compute("fmt_webp-w_800-q_85", "abc", ImageFormat.Webp, "1")
            .ShouldBe("4a1ceefd7006a9ab4d18243fead07ac3b273a2aa9b062a7420b7b2e289a074b7");
    }

    [Theory]
    [InlineData("preset_a", "w_100-h_50-bw-q_30", "fmt_webp-w_100-h_50-f_cover-g_center-q_30-bw")]
    [InlineData("preset_a-w_200-q_90-flip", "w_100-h_50-bw-q_30", "fmt_webp-w_200-h_50-f_cover-g_center-q_90-bw-flip")]
    [InlineData("preset_a-w_200", "original", "fmt_webp-w_200-q_85")]
    [InlineData("preset_a-fmt_webp", "original", "fmt_webp-q_85")]
    public void The_urls_operations_override_the_presets(string url, string preset, string canonical)
    {
        var merged = OperationsParser.Parse(url).Value.Over(OperationsParser.ParsePreset(preset).Value);
        CanonicalOperations.Resolve(merged, ImageFormat.Webp, Landscape, 85).Value.Text.ShouldBe(canonical);
    }

    [Fact]
    public void A_preset_that_is_original_stays_original()
    {
        var merged = OperationsParser.Parse("preset_a").Value.Over(new ImageOperations { Original = true });
        CanonicalOperations.Resolve(merged, ImageFormat.Jpg, Landscape, 85).Value.Text.ShouldBe("original");
    }

    [Theory]
    [InlineData("q_auto", "fmt_webp-q_71")]
    [InlineData("q_eco", "fmt_webp-q_51")]
    [InlineData("q_40", "fmt_webp-q_40")]
    [InlineData("bw", "fmt_webp-q_85-bw")]
    public void An_automatic_quality_is_the_one_that_was_measured(string text, string canonical)
    {
        var measured = new MeasuredEncodings(new Dictionary<ImageFormat, MeasuredEncoding> { [ImageFormat.Webp] = new(71, 1000) });
        Canonical(text, Landscape with { Encodings = measured }).ShouldBe(canonical);
    }

    private static string Canonical(string text, SourceFacts source, ImageFormat format = ImageFormat.Webp) =>
        CanonicalOperations.Resolve(OperationsParser.Parse(text).Value, format, source, 85).Value.Text;

    private static SourceFacts Source(int width, int height) =>
        new()
        {
            Width = width,
            Height = height,
            HasAlpha = false,
            Frames = 1,
            ContentHash = new string('a', 64),
            FocalX = null,
            FocalY = null,
            Format = ImageFormat.Jpg,
        };
}
