using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Operations;

/// <summary>Ratio, device pixels, box, borders, space and corners, on a picture of 1200 x 800.</summary>
[Trait("Level", "Unit")]
public sealed class ShapeOperationsTests
{
    private static readonly SourceFacts Landscape = new()
    {
        Width = 1200,
        Height = 800,
        HasAlpha = false,
        Frames = 1,
        ContentHash = new string('0', 64),
        FocalX = 0.25,
        FocalY = 0.5,
        Format = ImageFormat.Jpg,
    };

    [Theory]
    [InlineData("w_400-ar_16:9", "fmt_webp-w_400-h_225-f_cover-g_center-q_85")]
    [InlineData("w_400-ar_3:2", "fmt_webp-w_400-q_85")] // its own shape: nothing is cropped
    [InlineData("h_100-ar_1.5", "fmt_webp-w_150-q_85")]
    [InlineData("ar_1:1", "fmt_webp-w_800-h_800-f_cover-g_center-q_85")]
    [InlineData("ar_2", "fmt_webp-w_1200-h_600-f_cover-g_center-q_85")]
    [InlineData("ar_2-r_90", "fmt_webp-w_800-h_400-f_cover-g_center-q_85-r_90")]
    [InlineData("ar_1:1-f_pad", "fmt_webp-w_1200-h_1200-f_pad-g_center-q_85")]
    [InlineData("ar_2:1-f_contain", "fmt_webp-w_1600-h_800-f_pad-g_center-q_85")]
    [InlineData("ar_1:1-crop_0,0,400,800", "fmt_webp-w_400-h_400-f_cover-g_center-q_85-crop_0,0,400,800")]
    [InlineData("w_200-dpr_2", "fmt_webp-w_400-q_85")]
    [InlineData("w_8000-h_8000-f_pad-dpr_4", "fmt_webp-w_8192-h_8192-f_pad-g_center-q_85")]
    [InlineData("w_101-ar_1:1-dpr_1.5", "fmt_webp-w_151-h_151-f_cover-g_center-q_85")]
    [InlineData("crop_0.25,0.5,0.5,0.5", "fmt_webp-q_85-crop_300,400,600,400")]
    [InlineData("crop_1000,700,5000,5000", "fmt_webp-q_85-crop_1000,700,200,100")]
    [InlineData("crop_0,0,1200,800", "fmt_webp-q_85")]
    [InlineData("w_100-crop_0.0,0.0,1.0,1.0", "fmt_webp-w_100-q_85")]
    [InlineData("crop_0,0,400,800-w_200-h_200-g_focal",
        "fmt_webp-w_200-h_200-f_cover-g_center-q_85-crop_0,0,400,800")] // the point lies left and right of the crop's middle, cover cuts above and below
    [InlineData("crop_0,0,800,400-w_200-h_200-g_focal", "fmt_webp-w_200-h_200-f_cover-g_focal-q_85-fx_0.375-crop_0,0,800,400")]
    [InlineData("trim_10-w_5000", "fmt_webp-q_85-trim_10")] // nothing is enlarged
    [InlineData("trim_10-w_300-h_300-f_inside", "fmt_webp-w_300-h_300-f_inside-q_85-trim_10")]
    [InlineData("trim_10-w_300-ar_1:1", "fmt_webp-w_300-h_300-f_cover-g_center-q_85-trim_10")]
    [InlineData("trim_10-ar_1:1", "fmt_webp-f_cover-g_center-q_85-ar_1:1-trim_10")]
    [InlineData("pad_10,10,10,10", "fmt_webp-q_85-pad_10")]
    [InlineData("pad_10,20,10,20", "fmt_webp-q_85-pad_10,20")]
    [InlineData("pad_0", "fmt_webp-q_85")]
    [InlineData("pad_5-b_f00", "fmt_webp-b_ff0000-q_85-pad_5")]
    [InlineData("round_20", "fmt_webp-q_85-round_20")]
    [InlineData("round_400", "fmt_webp-q_85-round_max")]
    [InlineData("w_100-h_100-round_50", "fmt_webp-w_100-h_100-f_cover-g_center-q_85-round_max")]
    [InlineData("w_100-h_100-pad_10-round_50", "fmt_webp-w_100-h_100-f_cover-g_center-q_85-pad_10-round_50")]
    [InlineData("round_0", "fmt_webp-q_85")]
    [InlineData("bri_100-con_100-sat_100.0-gam_1", "fmt_webp-q_85")]
    [InlineData("bri_0-con_110-sat_0-gam_2.2", "fmt_webp-q_85-bri_0-con_110-sat_0-gam_2.2")]
    [InlineData("tint_F80", "fmt_webp-q_85-tint_ff8800")]
    [InlineData("duotone_000,ffeedd", "fmt_webp-q_85-duotone_000000,ffeedd")]
    [InlineData("pixelate_8-bytes_20000", "fmt_webp-q_85-pixelate_8-bytes_20000")]
    public void Every_way_to_say_it_comes_to_one_form(string text, string canonical)
    {
        var resolved = CanonicalOperations.Resolve(OperationsParser.Parse(text).Value, ImageFormat.Webp, Landscape, 85).Value;

        resolved.Text.ShouldBe(canonical);
        CanonicalOperations.Resolve(OperationsParser.Parse(canonical).Value, ImageFormat.Webp, Landscape, 85).Value.Text.ShouldBe(canonical);
    }

    [Theory]
    [InlineData("bytes_20000", ImageFormat.Png, "fmt_png")] // loses nothing, so there is nothing to lower
    [InlineData("round_10", ImageFormat.Jpg, "fmt_jpg-b_ffffff-q_85-round_10")]
    [InlineData("pad_10-b_00f8", ImageFormat.Jpg, "fmt_jpg-b_7777ff-q_85-pad_10")]
    [InlineData("pad_10", ImageFormat.Jpg, "fmt_jpg-b_ffffff-q_85-pad_10")]
    public void The_format_decides_what_shows(string text, ImageFormat format, string canonical) =>
        CanonicalOperations.Resolve(OperationsParser.Parse(text).Value, format, Landscape, 85).Value.Text.ShouldBe(canonical);

    [Theory]
    [InlineData("ar_16:9-w_400-h_300")]
    [InlineData("w_400-h_300-ar_1")]
    [InlineData("ar_0:9")]
    [InlineData("ar_16:")]
    [InlineData("ar_1:2:3")]
    [InlineData("ar_100000001")]
    [InlineData("dpr_0.5")]
    [InlineData("dpr_4.1")]
    [InlineData("crop_0,0,0,10")]
    [InlineData("crop_0,0,10")]
    [InlineData("crop_0,0,10,10,10")]
    [InlineData("crop_0.1,0.1,0.5,1")] // fractions and px
    [InlineData("trim_101")]
    [InlineData("trim")]
    [InlineData("pad_1,2,3")]
    [InlineData("pad_2001")]
    [InlineData("pad_1,")]
    [InlineData("round_half")]
    [InlineData("bri_301")]
    [InlineData("gam_0")]
    [InlineData("tint_ffffff80")]
    [InlineData("duotone_000")]
    [InlineData("duotone_000,fff,fff")]
    [InlineData("pixelate_1")]
    [InlineData("bytes_999")]
    public void What_cannot_be_read_is_refused(string text) => OperationsParser.Parse(text).IsSuccess.ShouldBeFalse();

    [Fact]
    public void A_box_outside_the_picture_is_refused_with_the_pictures_size() =>
        CanonicalOperations.Resolve(OperationsParser.Parse("crop_1200,0,10,10").Value, ImageFormat.Webp, Landscape, 85).Error
            .ShouldNotBeNull().Detail.ShouldContain("1200 x 800");

    [Theory]
    [InlineData("ar_1:1", "w_400-h_300", "w_400-ar_1:1")]
    [InlineData("ar_1:1-h_50", "w_400-h_300", "h_50-ar_1:1")]
    [InlineData("w_100", "w_400-ar_2", "w_100-ar_2:1")]
    [InlineData("h_100", "w_400-ar_2", "w_400-h_100")]
    [InlineData("w_10-h_10", "ar_2", "w_10-h_10")]
    [InlineData("dpr_2", "w_400-pad_3", "w_400-dpr_2-pad_3")]
    public void A_ratio_over_a_preset_replaces_a_side_and_two_sides_replace_a_presets_ratio(string url, string preset, string merged) =>
        OperationsText.Write(OperationsParser.Parse(url).Value.Over(OperationsParser.ParsePreset(preset).Value)).ShouldBe(merged);
}
