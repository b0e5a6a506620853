using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Space around, rounded corners, and files that may not be larger than asked for.</summary>
[Trait("Level", "Integration")]
public sealed class FrameTests
{
    [Fact]
    public async Task Space_is_added_around_and_filled()
    {
        var made = await Workbench.MakeAsync(Drawings.Jpeg(), "w_100-h_100-pad_10,20,30,40-b_0000ff", ImageFormat.Png);

        (made.Width, made.Height).ShouldBe((160, 140));
        using var image = Workbench.Open(made);
        Looks.ShouldBeNear(image.Getpoint(0, 0), [0, 0, 255], 1);
        Looks.ShouldBeNear(image.Getpoint(159, 139), [0, 0, 255], 1);
        Looks.ShouldBeNear(image.Getpoint(45, 15), Drawings.Red);
    }

    [Theory]
    [InlineData(ImageFormat.Png, 4, 0)]
    [InlineData(ImageFormat.Jpg, 3, 255)]
    public async Task Without_a_colour_space_is_transparent_or_white(ImageFormat format, int bands, double corner)
    {
        using var image = Workbench.Open(await Workbench.MakeAsync(Drawings.Jpeg(), "w_100-pad_10", format));

        image.Bands.ShouldBe(bands);
        image.Getpoint(0, 0)[^1].ShouldBe(corner, 3);
    }

    [Theory]
    [InlineData("w_100-h_100-round_20", 5, 5, false)]
    [InlineData("w_100-h_100-round_20", 6, 6, true)]
    [InlineData("w_100-h_100-round_max", 14, 14, false)]
    [InlineData("w_100-h_100-round_max", 15, 15, true)]
    [InlineData("w_100-h_100-round_max", 50, 0, true)]
    [InlineData("w_100-h_50-round_max", 6, 6, false)]
    [InlineData("w_100-h_100-pad_10-round_20", 30, 3, false)] // the space's own transparency
    public async Task Corners_are_round(string operations, int x, int y, bool visible)
    {
        using var image = Workbench.Open(await Workbench.MakeAsync(Drawings.Jpeg(), operations, ImageFormat.Png));

        (image.Getpoint(x, y)[3] > 127).ShouldBe(visible);
    }

    [Fact]
    public async Task Corners_show_the_colour_behind_them()
    {
        using var image = Workbench.Open(await Workbench.MakeAsync(Drawings.Jpeg(), "w_100-h_100-round_max-b_00ff00", ImageFormat.Jpg));

        Looks.ShouldBeNear(image.Getpoint(1, 1), [0, 255, 0], 12);
    }

    [Theory]
    [InlineData(ImageFormat.Jpg, 4000)]
    [InlineData(ImageFormat.Webp, 3000)]
    [InlineData(ImageFormat.Avif, 3000)]
    public async Task A_file_takes_the_highest_quality_that_fits(ImageFormat format, int most)
    {
        var made = await Workbench.MakeAsync(Noise(), $"w_200-bytes_{most}", format);

        made.Bytes.Length.ShouldBeLessThanOrEqualTo(most);
        made.Width.ShouldBe(200);
        made.Bytes.Length.ShouldBeGreaterThan(most / 2, "the next higher quality would not have fitted");
    }

    [Fact]
    public async Task A_file_that_fits_keeps_its_quality()
    {
        var free = await Workbench.MakeAsync(Drawings.Jpeg(), "w_100-q_70", ImageFormat.Jpg);
        var bound = await Workbench.MakeAsync(Drawings.Jpeg(), "w_100-q_70-bytes_1000000", ImageFormat.Jpg);

        bound.Bytes.Span.SequenceEqual(free.Bytes.Span).ShouldBeTrue();
    }

    [Fact]
    public async Task Where_the_lowest_quality_is_too_large_the_picture_shrinks()
    {
        var made = await Workbench.MakeAsync(Noise(), "bytes_1000", ImageFormat.Webp);

        made.Bytes.Length.ShouldBeLessThanOrEqualTo(1000);
        made.Width.ShouldBeLessThan(600);
        using var image = Workbench.Open(made);
        (image.Width, image.Height).ShouldBe((made.Width, made.Height));
    }

    private static byte[] Noise()
    {
        using var noise = NetVips.Image.Gaussnoise(600, 400, mean: 128, sigma: 40, seed: 5);
        using var grey = noise.Cast(NetVips.Enums.BandFormat.Uchar);
        using var colour = grey.Bandjoin(grey, grey).Copy(interpretation: NetVips.Enums.Interpretation.Srgb);
        return colour.JpegsaveBuffer(q: 90);
    }
}
