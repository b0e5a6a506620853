using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Sizes, turns and crops.</summary>
[Trait("Level", "Integration")]
public sealed class GeometryTests
{
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
        Looks.ShouldShow(image, Drawings.Red, Drawings.Green, Drawings.Blue, Drawings.Yellow);
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
        double[][] colours = [Drawings.Red, Drawings.Green, Drawings.Blue, Drawings.Yellow];
        var made = await Workbench.MakeAsync(Drawings.Jpeg(), operations, ImageFormat.Png);

        using var image = Workbench.Open(made);
        Looks.ShouldShow(image, colours[topLeft], colours[topRight], colours[bottomLeft], colours[bottomRight]);
    }

    [Theory]
    [InlineData("w_100-h_200-g_west", 220, 40, 40)]
    [InlineData("w_100-h_200-g_east", 40, 180, 60)]
    public async Task Cover_keeps_the_side_that_gravity_names(string operations, double red, double green, double blue)
    {
        var made = await Workbench.MakeAsync(Drawings.Jpeg(), operations, ImageFormat.Png);

        using var image = Workbench.Open(made);
        Looks.ShouldBeNear(Workbench.Colour(image, 0.3, 0.1), [red, green, blue]);
    }
}
