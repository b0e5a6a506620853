using ImageService.Core.Engine;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Unit")]
public sealed class TransformCostsTests
{
    private static readonly SourceFacts Photo = new()
    {
        Width = 4000,
        Height = 3000,
        HasAlpha = false,
        Frames = 1,
        ContentHash = "",
        FocalX = null,
        FocalY = null,
        Format = ImageFormat.Jpg,
        DecodeCpu = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public void Looking_for_borders_costs_by_the_pixels_of_the_original_whatever_comes_out()
    {
        var costs = new TransformCosts();
        (Expect("trim_8-w_800", Photo) - Expect("crop_0,0,3999,3000-w_800", Photo)).TotalMilliseconds.ShouldBe(300, tolerance: 1);
        (Expect("trim_8-w_80", Photo) - Expect("trim_8-w_80", Photo with { Width = 2000 })).TotalMilliseconds.ShouldBe(150, tolerance: 1);

        TimeSpan Expect(string operations, SourceFacts source) => costs.Expect(
            OriginalFormat.Jpg,
            source,
            CanonicalOperations.Resolve(OperationsParser.Parse(operations).Value, ImageFormat.Jpg, source, 85).Value,
            makesIntermediate: false);
    }
}
