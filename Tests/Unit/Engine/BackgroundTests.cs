using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Alpha, backgrounds and margins.</summary>
[Trait("Level", "Integration")]
public sealed class BackgroundTests
{
    [Theory]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Gif)]
    public async Task Alpha_survives_where_the_format_has_it(ImageFormat format)
    {
        var made = await Workbench.MakeAsync(Drawings.PngWithAlpha(), "w_128", format);

        using var image = Workbench.Open(made);
        image.HasAlpha().ShouldBeTrue();
        Workbench.Colour(image, 0, 0)[3].ShouldBeLessThan(5);
        Workbench.Colour(image, 0.45, 0.45)[3].ShouldBeGreaterThan(250);
    }

    [Theory]
    [InlineData("w_128", ImageFormat.Jpg, 255, 255, 255)]
    [InlineData("w_128-b_3060ff", ImageFormat.Jpg, 48, 96, 255)]
    [InlineData("w_128-b_3060ff", ImageFormat.Png, 48, 96, 255)]
    [InlineData("w_128-b_0008", ImageFormat.Jpg, 119, 119, 119)]
    public async Task The_background_fills_the_pictures_own_transparency(string operations, ImageFormat format, double red, double green, double blue)
    {
        var made = await Workbench.MakeAsync(Drawings.PngWithAlpha(), operations, format);

        using var image = Workbench.Open(made);
        Looks.ShouldBeNear(Workbench.Colour(image, 0, 0), [red, green, blue], 6);
        Looks.ShouldBeNear(Workbench.Colour(image, 0.45, 0.45)[..3], [230, 60, 30], 8);
    }

    [Fact]
    public async Task A_translucent_background_stays_translucent()
    {
        var made = await Workbench.MakeAsync(Drawings.PngWithAlpha(), "w_128-b_ff000080", ImageFormat.Png);

        using var image = Workbench.Open(made);
        Looks.ShouldBeNear(Workbench.Colour(image, 0, 0), [255, 0, 0, 128], 3);
    }

    [Theory]
    [InlineData(ImageFormat.Jpg, 255, 255, 255, 255)]
    [InlineData(ImageFormat.Png, 0, 0, 0, 0)]
    public async Task Pad_without_a_background_is_transparent_or_white(ImageFormat format, double red, double green, double blue, double alpha)
    {
        var made = await Workbench.MakeAsync(Drawings.Jpeg(), "w_200-h_200-f_pad", format);

        using var image = Workbench.Open(made);
        (image.Width, image.Height).ShouldBe((200, 200));
        Looks.ShouldBeNear(Workbench.Colour(image, 0.4, 0, 0.1, 0.05), image.HasAlpha() ? [red, green, blue, alpha] : [red, green, blue], 3);
    }
}
