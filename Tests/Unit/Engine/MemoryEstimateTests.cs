using ImageService.Core.Engine;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class MemoryEstimateTests
{
    private const long Megapixel = 1_000_000;

    [Theory]
    [InlineData(OriginalFormat.Avif, 6000, 4000, 18 * 24 * Megapixel)]
    [InlineData(OriginalFormat.Webp, 8000, 5000, 5 * 40 * Megapixel)]
    [InlineData(OriginalFormat.Jpg, 10_000, 10_000, 4 * 100 * Megapixel)]
    public void A_small_variant_counts_the_whole_original_while_its_intermediate_is_still_to_be_made(OriginalFormat format, int width, int height,
        long decoding)
    {
        Estimate(format, width, height, "w_200", makesIntermediate: true).ShouldBeGreaterThan(decoding);
        Estimate(format, width, height, "w_200", makesIntermediate: false).ShouldBeLessThan(40 * Megapixel);
    }

    [Fact]
    public void What_derives_from_the_original_does_not_depend_on_the_intermediate() =>
        Estimate(OriginalFormat.Jpg, 4000, 3000, "w_3000", makesIntermediate: true)
            .ShouldBe(Estimate(OriginalFormat.Jpg, 4000, 3000, "w_3000", makesIntermediate: false));

    private static long Estimate(OriginalFormat format, int width, int height, string operations, bool makesIntermediate)
    {
        var facts = new SourceFacts
        {
            Width = width,
            Height = height,
            HasAlpha = false,
            Frames = 1,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = null,
        };
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse(operations).Value, ImageFormat.Webp, facts, 85).Value;
        return MemoryEstimate.ForTransform(format, facts, canonical, makesIntermediate);
    }
}
