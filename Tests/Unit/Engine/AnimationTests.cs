using ImageService.Core.Engine;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Frames of animations.</summary>
[Trait("Level", "Integration")]
public sealed class AnimationTests
{
    [Theory]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Gif)]
    public async Task Animations_stay_animated_with_their_delays_and_repetitions(ImageFormat format)
    {
        foreach (var original in (byte[][])[Drawings.Gif(), Drawings.AnimatedWebp()])
        {
            var made = await Workbench.MakeAsync(original, "w_30-h_30", format);

            made.Frames.ShouldBe(3);
            using var image = Workbench.Open(made);
            (image.Width, image.PageHeight).ShouldBe((30, 30));
            ((int[])image.Get("delay")).ShouldBe([100, 200, 300]);
            image.Get("loop").ShouldBe(3);
        }
    }

    [Fact]
    public async Task Each_frame_is_turned_and_mirrored_by_itself()
    {
        var made = await Workbench.MakeAsync(Drawings.AnimatedWebp(), "flip", ImageFormat.Webp);

        using var image = Workbench.Open(made);
        for (var i = 0; i < 3; i++)
        {
            using var frame = image.Crop(0, i * 40, 60, 40);
            Looks.ShouldBeNear(Workbench.Colour(frame, 0.92, 0.4, 0.05)[..3], [255, 255, 255], 8);
            Workbench.Colour(frame, 0.1, 0.4)[..3].Max().ShouldBeLessThan(235);
        }

        var turned = await Workbench.MakeAsync(Drawings.AnimatedWebp(), "r_90", ImageFormat.Webp);
        (turned.Width, turned.Height, turned.Frames).ShouldBe((40, 60, 3));
    }

    [Fact]
    public async Task No_frame_shows_its_neighbour_at_the_edge()
    {
        var made = await Workbench.MakeAsync(Drawings.AnimatedWebp(3, 600, 400), "w_60-h_40", ImageFormat.Webp);

        using var image = Workbench.Open(made);
        using var last = image.Crop(30, 39, 20, 1);
        Looks.ShouldBeNear(Workbench.Colour(last, 0, 0, 1, 1)[..3], [200, 30, 30], 14);
    }

    [Theory]
    [InlineData(ImageFormat.Jpg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Avif)]
    public async Task Formats_without_animation_show_the_first_frame(ImageFormat format)
    {
        var made = await Workbench.MakeAsync(Drawings.Gif(), "w_30", format);

        (made.Width, made.Height, made.Frames).ShouldBe((30, 20, 1));
        using var image = Workbench.Open(made);
        Looks.ShouldBeNear(Workbench.Colour(image, 0.5, 0.4)[..3], [200, 30, 30], 12);
    }

    [Fact]
    public async Task A_still_gif_says_nothing_of_repeating()
    {
        foreach (var original in (byte[][])[Drawings.Jpeg(), Drawings.PngWithAlpha(), Drawings.Gif(frames: 1)])
        {
            foreach (var operations in (string[])["w_30", "q_80", "w_30-h_30-f_pad"])
                Says(await Workbench.MakeAsync(original, operations, ImageFormat.Gif)).ShouldBeFalse(operations);
        }

        Says(await Workbench.MakeAsync(Drawings.Gif(), "w_30", ImageFormat.Gif)).ShouldBeTrue("an animation does");

        static bool Says(TransformedImage made) => made.Bytes.Span.IndexOf("NETSCAPE2.0"u8) >= 0;
    }
}
