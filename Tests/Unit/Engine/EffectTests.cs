using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Greyscale, blur, sharpen and automatic quality.</summary>
[Trait("Level", "Integration")]
public sealed class EffectTests
{
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
        Looks.ShouldBeNear(Workbench.Colour(after, 0, 0, 1, 1), Workbench.Colour(before, 0, 0, 1, 1), 6);
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
}
