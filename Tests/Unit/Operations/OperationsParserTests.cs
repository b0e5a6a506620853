using ImageService.Core.Errors;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Operations;

[Trait("Level", "Unit")]
public sealed class OperationsParserTests
{
    [Fact]
    public void Every_operation_of_the_contract_is_read()
    {
        Read("fmt_webp-w_800-h_600-f_pad-g_northeast-b_336699cc-q_70-r_90-sharpen_2.5-blur_0.3-bw-flip-flop-preset_card_2x").ShouldBe(new ImageOperations
        {
            Format = new FormatChoice(ImageFormat.Webp),
            Width = 800,
            Height = 600,
            Fit = Fit.Pad,
            Gravity = Gravity.Northeast,
            Background = new Rgba(0x33, 0x66, 0x99, 0xcc),
            Quality = Quality.Of(70),
            Rotation = 90,
            Sharpen = 2.5,
            Blur = 0.3,
            Greyscale = true,
            Flip = true,
            Flop = true,
            Preset = "card_2x",
        });
    }

    [Fact]
    public void Original_stands_alone() => Read("original").ShouldBe(new ImageOperations { Original = true });

    [Fact]
    public void F_auto_is_read_as_the_format() => Read("w_1200-f_auto-q_auto").ShouldBe(new ImageOperations
    {
        Width = 1200,
        Format = FormatChoice.Auto,
        Quality = Quality.Auto,
    });

    [Fact]
    public void F_auto_leaves_room_for_a_fit() =>
        Read("f_auto-f_cover-w_1").ShouldBe(new ImageOperations { Format = FormatChoice.Auto, Fit = Fit.Cover, Width = 1 });

    [Theory]
    [InlineData("w_800.999", 800)]
    [InlineData("w_0800", 800)]
    [InlineData("w_8192.9999999999999999999", 8192)]
    [InlineData("w_1", 1)]
    public void A_fraction_of_a_size_is_floored(string text, int width) => Read(text).Width.ShouldBe(width);

    [Theory]
    [InlineData("q_0", 1)]
    [InlineData("q_101", 100)]
    [InlineData("q_99999999999999999999", 100)]
    [InlineData("q_85.9", 85)]
    public void Quality_is_clamped(string text, int quality) => Read(text).Quality.ShouldBe(Quality.Of(quality));

    [Theory]
    [InlineData("b_f00", 0xff, 0, 0, 0xff)]
    [InlineData("b_f008", 0xff, 0, 0, 0x88)]
    [InlineData("b_12Ab9F", 0x12, 0xab, 0x9f, 0xff)]
    [InlineData("b_12ab9f01", 0x12, 0xab, 0x9f, 1)]
    public void Colours_have_three_four_six_or_eight_digits(string text, byte red, byte green, byte blue, byte alpha) =>
        Read(text).Background.ShouldBe(new Rgba(red, green, blue, alpha));

    [Theory]
    [InlineData("w_0")]
    [InlineData("w_0.9")]
    [InlineData("w_8193")]
    [InlineData("w_99999999999999999999999")]
    [InlineData("h_-1")]
    [InlineData("w_+8")]
    [InlineData("w_1e3")]
    [InlineData("w_.5")]
    [InlineData("w_5.")]
    [InlineData("w_1.2.3")]
    [InlineData("w_ 8")]
    [InlineData("w_8_0")]
    [InlineData("w_٣")]
    [InlineData("w_")]
    [InlineData("w")]
    [InlineData("W_8")]
    [InlineData("f_Cover")]
    [InlineData("BW")]
    [InlineData("f_none")]
    [InlineData("g_centre")]
    [InlineData("b_ff")]
    [InlineData("b_fffff")]
    [InlineData("b_ggg")]
    [InlineData("b_#fff")]
    [InlineData("q_high")]
    [InlineData("fmt_jpeg")]
    [InlineData("fmt_tiff")]
    [InlineData("r_0")]
    [InlineData("r_45")]
    [InlineData("r_90.5")]
    [InlineData("r_360")]
    [InlineData("sharpen_10.1")]
    [InlineData("blur_0.29")]
    [InlineData("blur_0")]
    [InlineData("blur_1000.1")]
    [InlineData("bw_true")]
    [InlineData("flip_")]
    [InlineData("preset_")]
    [InlineData("preset_A")]
    [InlineData("preset_a.b")]
    [InlineData("fx_1.1")]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("w_8-")]
    [InlineData("-w_8")]
    [InlineData("w_8--h_8")]
    [InlineData("zoom_2")]
    [InlineData("_8")]
    [InlineData("Original")]
    [InlineData("original-w_8")]
    [InlineData("w_8-original")]
    [InlineData("original-original")]
    [InlineData("w_8-w_8")]
    [InlineData("bw-bw")]
    [InlineData("f_auto-fmt_webp")]
    [InlineData("w_8\0")]
    public void What_the_grammar_does_not_hold_is_refused(string text)
    {
        var error = Refuse(text);
        error.Code.ShouldBe(ErrorCode.InvalidOperations);
        error.Detail.ShouldContain("Accepted: ");
    }

    [Fact]
    public void A_slug_has_at_most_100_characters()
    {
        Read("preset_" + new string('a', 100)).Preset.ShouldBe(new string('a', 100));
        Refuse("preset_" + new string('a', 101)).Code.ShouldBe(ErrorCode.InvalidOperations);
    }

    [Fact]
    public void The_detail_names_the_operation_its_position_and_what_would_be_accepted()
    {
        var error = Refuse("w_800-f_stretch-q_80");
        error.Detail.ShouldBe(
            "Operation 2, \"f_stretch\" at position 7, has a value that cannot be used. Accepted: f with cover, contain, fill, inside, outside or pad.");
        error.Extensions.ShouldNotBeNull();
        error.Extensions["operation"].ShouldBe("f_stretch");
        error.Extensions["position"].ShouldBe(7);
        error.Extensions["operationNumber"].ShouldBe(2);
    }

    [Fact]
    public void An_operation_given_twice_is_named() =>
        Refuse("w_1-h_1-w_2").Detail.ShouldBe("Operation 3, \"w_2\" at position 9, gives w a second time. Accepted: w once.");

    [Fact]
    public void The_detail_shows_nothing_that_could_harm_who_reads_it()
    {
        var detail = Refuse("\"\r\n\u202e" + new string('x', 5000)).Detail;
        detail.Length.ShouldBeLessThan(300);
        detail.ShouldStartWith("Operation 1, \"????xxxx");
    }

    [Fact]
    public void A_preset_may_not_name_a_preset()
    {
        OperationsParser.ParsePreset("w_8").Value.Width.ShouldBe(8);
        OperationsParser.ParsePreset("w_8-preset_a").Error.ShouldNotBeNull().Code.ShouldBe(ErrorCode.InvalidOperations);
    }

    [Fact]
    public void Written_operations_are_read_back_the_same()
    {
        const string text = "preset_a_b-fmt_auto-w_800-h_600-f_contain-g_smart-b_010203-q_auto-r_270-sharpen_0.5-blur_12.25-bw-flip-flop-fx_0.25-fy_1";
        OperationsText.Write(Read(text)).ShouldBe(text);
    }

    [Fact]
    public void Operations_that_ask_for_nothing_cannot_be_written() => Should.Throw<ArgumentException>(() => OperationsText.Write(new ImageOperations()));

    [Fact]
    public void The_table_is_in_the_order_of_its_keys_and_of_the_contract()
    {
        OperationsGrammar.Rules.Select(rule => rule.Key).ShouldBe(Enum.GetValues<OperationKey>());
        OperationsGrammar.Rules.Take(13).Select(rule => rule.Name).ShouldBe(
            ["fmt", "w", "h", "f", "g", "b", "q", "r", "sharpen", "blur", "bw", "flip", "flop"]);
    }

    private static ImageOperations Read(string text) => OperationsParser.Parse(text).Value;

    private static Error Refuse(string text) => OperationsParser.Parse(text).Error.ShouldNotBeNull();
}
