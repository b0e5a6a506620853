using ImageService.Core.Engine;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class SizeBudgetTests
{
    private const long Budget = 384L << 20;

    [Theory]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Gif)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Png)]
    public void What_an_encoder_would_hold_beyond_the_budget_is_shrunk_in_proportion_to_what_it_holds(ImageFormat format)
    {
        var source = Source(12_000, 8_000);

        var (canonical, isLimited) = Resolve("q_85", format, source);

        isLimited.ShouldBeTrue();
        var made = TransformPlan.Of(canonical, new PixelSize(12_000, 8_000)).Output;
        ((double)made.Width / made.Height).ShouldBe(1.5, 0.01);
        var estimate = MemoryEstimate.ForTransform(OriginalFormat.Jpg, source, canonical, makesIntermediate: false);
        estimate.ShouldBeLessThanOrEqualTo(Budget);
        if (made.Width < OperationsGrammar.MaxSidePx)
            estimate.ShouldBeGreaterThan(Budget * 9 / 10, "no further than it must");
    }

    [Fact]
    public void Jpeg_is_written_by_line_and_keeps_its_hundred_megapixels() => Resolve("q_85", ImageFormat.Jpg, Source(12_000, 8_000)).IsLimited.ShouldBeFalse();

    [Theory]
    [InlineData("w_8000-h_8000-f_cover", 1.0)]
    [InlineData("w_8192-h_4096-f_pad", 2.0)]
    public void A_box_keeps_its_shape(string operations, double shape)
    {
        var (canonical, isLimited) = Resolve(operations, ImageFormat.Avif, Source(12_000, 8_000));

        isLimited.ShouldBeTrue();
        var made = TransformPlan.Of(canonical, new PixelSize(12_000, 8_000)).Output;
        ((double)made.Width / made.Height).ShouldBe(shape, 0.01);
    }

    [Fact]
    public void The_frames_of_an_animation_count()
    {
        var (canonical, isLimited) = Resolve("q_85", ImageFormat.Webp, Source(1000, 1000) with { Frames = 90 });

        isLimited.ShouldBeTrue();
        TransformPlan.Of(canonical, new PixelSize(1000, 1000)).Output.Width.ShouldBeLessThan(700);
        Resolve("q_85", ImageFormat.Jpg, Source(1000, 1000) with { Frames = 90 }).IsLimited.ShouldBeFalse("one frame is not an animation");
    }

    [Theory]
    [InlineData("w_400")]
    [InlineData("w_4000")]
    public void What_the_budget_holds_stays_as_it_was_asked_for(string operations)
    {
        var source = Source(12_000, 8_000);

        var (canonical, isLimited) = Resolve(operations, ImageFormat.Avif, source);

        isLimited.ShouldBeFalse();
        canonical.ShouldBe(CanonicalOperations.Resolve(OperationsParser.Parse(operations).Value, ImageFormat.Avif, source, 85).Value);
    }

    [Theory]
    [InlineData(3, 20, 20)]
    [InlineData(133, 20, 145)]
    [InlineData(900, 20, 280)]
    [InlineData(900, 300, 300)]
    public void A_large_file_is_held_beside_what_decoding_takes_and_still_leaves_room_for_what_comes_out(long file, long decode, long expected) =>
        SizeBudget.Reading(decode << 20, file << 20, Budget).ShouldBe(expected << 20);

    [Fact]
    public void The_smaller_form_is_a_canonical_form_of_its_own()
    {
        var source = Source(12_000, 8_000);
        var (canonical, _) = Resolve("q_85", ImageFormat.Avif, source);

        Resolve(canonical.Text, ImageFormat.Avif, source).ShouldBe((canonical, false));
    }

    private static (CanonicalOperations Canonical, bool IsLimited) Resolve(string operations, ImageFormat format, SourceFacts source) =>
        SizeBudget.Resolve(OperationsParser.Parse(operations).Value, format, source, OriginalFormat.Jpg, 85, Budget).Value;

    // A baseline JPEG, as its upload judged it.
    private static SourceFacts Source(int width, int height) => new()
    {
        Width = width,
        Height = height,
        HasAlpha = false,
        Frames = 1,
        ContentHash = "",
        FocalX = null,
        FocalY = null,
        Format = ImageFormat.Jpg,
        DecodeBytes = 3L * width * 64,
    };
}
