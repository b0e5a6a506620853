using ImageService.Core.Engine;
using ImageService.Core.Engine.Steps;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Boxes and borders: which pixels are left, for every way a picture can be stored.</summary>
[Trait("Level", "Integration")]
public sealed class AreaTests
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
    public async Task A_box_is_of_the_upright_picture_however_it_is_stored(int orientation)
    {
        var original = Drawings.JpegWithMetadata(orientation);

        var made = await Workbench.MakeAsync(original, "crop_0.5,0.0,0.5,0.5", ImageFormat.Png);
        var whole = await Workbench.MakeAsync(original, "q_85", ImageFormat.Png);

        using var part = Workbench.Open(made);
        using var all = Workbench.Open(whole);
        (part.Width, part.Height).ShouldBe((all.Width / 2, all.Height / 2));
        using var expected = all.Crop(all.Width / 2, 0, all.Width / 2, all.Height / 2);
        using var difference = (part - expected).Abs();
        difference.Max().ShouldBe(0);
    }

    [Fact]
    public async Task A_box_is_resized_as_if_it_were_the_picture()
    {
        var made = await Workbench.MakeAsync(Drawings.Jpeg(), "crop_320,0,320,240-w_100-h_100", ImageFormat.Png);

        using var image = Workbench.Open(made);
        (image.Width, image.Height).ShouldBe((100, 100));
        Looks.ShouldBeNear(Workbench.Colour(image, 0.1, 0.1, 0.8, 0.8), Drawings.Green);
    }

    [Theory]
    [InlineData("trim_0", 40, 30)]
    [InlineData("trim_10-r_90", 30, 40)]
    [InlineData("trim_10-w_20", 20, 15)]
    [InlineData("trim_10-w_4000", 40, 30)]
    [InlineData("trim_10-w_20-h_20", 20, 20)]
    [InlineData("trim_10-ar_1:1", 30, 30)]
    [InlineData("trim_10-ar_1:1-f_pad", 40, 40)]
    [InlineData("trim_100", 200, 100)] // nothing differs by more than a channel's range
    [InlineData("crop_0,0,80,100-trim_0", 20, 30)]
    public async Task Borders_of_the_corners_colour_go(string operations, int width, int height)
    {
        using var ground = Colour(200, 100, 250, 250, 250);
        using var figure = Colour(40, 30, 20, 30, 40);
        using var picture = ground.Insert(figure, 60, 50);

        var made = await Workbench.MakeAsync(picture.PngsaveBuffer(), operations, ImageFormat.Png);

        (made.Width, made.Height).ShouldBe((width, height));
        using var image = Workbench.Open(made);
        (image.Width, image.Height).ShouldBe((width, height));
    }

    [Fact]
    public async Task A_line_of_one_pixel_is_no_border_and_a_picture_of_one_colour_stays_whole()
    {
        using var ground = Colour(50, 50, 255, 255, 255);
        using var dot = Colour(1, 1, 0, 0, 0);
        using var dotted = ground.Insert(dot, 49, 3);

        (await Workbench.MakeAsync(dotted.PngsaveBuffer(), "trim_10", ImageFormat.Png)).ShouldSatisfyAllConditions(m => m.Width.ShouldBe(1),
            m => m.Height.ShouldBe(1));
        (await Workbench.MakeAsync(ground.PngsaveBuffer(), "trim_10", ImageFormat.Png)).ShouldSatisfyAllConditions(m => m.Width.ShouldBe(50),
            m => m.Height.ShouldBe(50));
    }

    [Fact]
    public async Task Transparent_borders_go_whatever_colour_they_hide()
    {
        using var disc = Drawings.Disc(64);
        using var around = disc.Embed(20, 10, 120, 100, extend: Enums.Extend.Background, background: [10, 200, 30, 0]);

        var made = await Workbench.MakeAsync(around.PngsaveBuffer(), "trim_1", ImageFormat.Webp);

        made.Width.ShouldBeInRange(40, 46);
        made.Height.ShouldBeInRange(40, 46);
    }

    [Fact]
    public async Task Every_frame_of_an_animation_keeps_the_same_part()
    {
        var made = await Workbench.MakeAsync(Drawings.Gif(), "crop_10,10,30,20", ImageFormat.Webp);

        (made.Width, made.Height, made.Frames).ShouldBe((30, 20, 3));
    }

    [Fact]
    public void A_box_taken_out_twice_is_where_it_was()
    {
        var upright = new PixelSize(300, 200);
        foreach (var orientation in Enumerable.Range(1, 8))
        {
            var stored = TakeArea.Stored(new PixelBox(10, 20, 70, 50), upright, orientation);
            var size = orientation >= 5 ? new PixelSize(200, 300) : upright;
            (stored.X >= 0 && stored.Y >= 0 && stored.X + stored.Width <= size.Width && stored.Y + stored.Height <= size.Height).ShouldBeTrue();
            (stored.Width * stored.Height).ShouldBe(3500);
        }
    }

    private static Image Colour(int width, int height, params double[] colour)
    {
        using var black = Image.Black(width, height, bands: colour.Length);
        using var filled = black.Linear([.. colour.Select(_ => 0.0)], colour, uchar: true);
        return filled.Copy(interpretation: Enums.Interpretation.Srgb);
    }
}
