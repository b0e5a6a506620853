using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Tones against values computed by hand from the specifications, and what they leave alone.</summary>
[Trait("Level", "Integration")]
public sealed class ToneTests
{
    [Theory]
    [InlineData("bri_50", 100, 60, 20)]
    [InlineData("bri_300", 255, 255, 120)]
    [InlineData("bri_0", 0, 0, 0)]
    [InlineData("con_0", 128, 128, 128)]
    [InlineData("con_200", 255, 112, 0)]
    [InlineData("sat_0", 131, 131, 131)]
    [InlineData("sat_200", 255, 109, 0)]
    [InlineData("gam_2", 226, 175, 101)]
    [InlineData("bri_50-gam_2", 160, 124, 71)]
    [InlineData("duotone_000000,ffffff", 138, 138, 138)]
    [InlineData("duotone_ff0000,ff0000", 255, 0, 0)]
    public async Task A_colour_becomes_what_the_specification_says(string operations, int red, int green, int blue)
    {
        using var image = Workbench.Open(await Workbench.MakeAsync(Patch(200, 120, 40), operations, ImageFormat.Png));

        Looks.ShouldBeNear(image.Getpoint(2, 2), [red, green, blue], 3);
    }

    [Fact]
    public async Task Tint_keeps_lightness_and_takes_hue_and_chroma()
    {
        using var image = Workbench.Open(await Workbench.MakeAsync(Patch(128, 128, 128), "tint_ff0000", ImageFormat.Png));

        using var lab = image.Colourspace(Enums.Interpretation.Lab);
        using var before = Image.NewFromBuffer(Patch(128, 128, 128)).Colourspace(Enums.Interpretation.Lab);
        lab.Getpoint(0, 0)[1].ShouldBeGreaterThan(50);
        lab.Getpoint(0, 0)[0].ShouldBe(before.Getpoint(0, 0)[0], 3);
    }

    [Theory]
    [InlineData("bri_80")]
    [InlineData("sat_50")]
    [InlineData("tint_00ff00")]
    [InlineData("duotone_000,fff")]
    public async Task Transparency_stays(string operations)
    {
        using var plain = Workbench.Open(await Workbench.MakeAsync(Drawings.PngWithAlpha(), "w_100", ImageFormat.Png));
        using var toned = Workbench.Open(await Workbench.MakeAsync(Drawings.PngWithAlpha(), $"w_100-{operations}", ImageFormat.Png));

        toned.Bands.ShouldBe(4);
        using var difference = (toned[3] - plain[3]).Abs();
        difference.Max().ShouldBe(0);
    }

    [Fact]
    public async Task Pixelate_makes_blocks_of_their_mean()
    {
        using var plain = Workbench.Open(await Workbench.MakeAsync(Drawings.Jpeg(), "w_100-h_75", ImageFormat.Png));
        using var blocks = Workbench.Open(await Workbench.MakeAsync(Drawings.Jpeg(), "w_100-h_75-pixelate_10", ImageFormat.Png));

        (blocks.Width, blocks.Height).ShouldBe((100, 75));
        blocks.Getpoint(10, 10).ShouldBe(blocks.Getpoint(19, 19));
        using var block = plain.Crop(10, 10, 10, 10);
        Looks.ShouldBeNear(blocks.Getpoint(12, 12), [.. Enumerable.Range(0, 3).Select(band => block[band].Avg())], 1.5);
    }

    private static byte[] Patch(int red, int green, int blue)
    {
        using var black = Image.Black(8, 8, bands: 3);
        using var filled = black.Linear([0, 0, 0], [red, green, blue], uchar: true);
        using var named = filled.Copy(interpretation: Enums.Interpretation.Srgb);
        return named.PngsaveBuffer();
    }
}
