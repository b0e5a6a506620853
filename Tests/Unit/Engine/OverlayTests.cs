using System.Text.Json;
using ImageService.Core.Engine;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Operations;
using ImageService.Core.Overlays;
using ImageService.Core.Registry;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Overlays by the pixels they make: places and sizes exact, colours within rounding.</summary>
[Trait("Level", "Unit")]
public sealed class OverlayTests
{
    private static readonly double[] White = [255, 255, 255];
    private static readonly double[] Red = [255, 0, 0];
    private static readonly string Logo = new AssetId(Guid.CreateVersion7()).ToString();

    [Theory]
    [InlineData("northwest", 10, 20, 10, 20)]
    [InlineData("north", 0, 20, 80, 20)]
    [InlineData("northeast", 10, 20, 150, 20)]
    [InlineData("west", 10, 0, 10, 35)]
    [InlineData("center", 5, -5, 85, 30)]
    [InlineData("east", 10, 0, 150, 35)]
    [InlineData("southwest", 10, 20, 10, 50)]
    [InlineData("south", 0, 20, 80, 50)]
    [InlineData("southeast", 10, 20, 150, 50)]
    public async Task A_shape_lies_inwards_of_its_gravity(string gravity, int x, int y, int left, int top)
    {
        using var made = await DrawAsync(new { type = "shape", shape = "rect", color = "f00", width = 40, height = 30, gravity, x, y });
        BoxOf(made).ShouldBe(new PixelBox(left, top, 40, 30));
    }

    [Fact]
    public async Task Shares_are_of_the_pictures_sides_and_px_times_dpr()
    {
        using (var shares =
            await DrawAsync(new { type = "shape", shape = "rect", color = "f00", width = "25%", height = "10%", gravity = "southeast", x = "5%", y = "10%" }))
            BoxOf(shares).ShouldBe(new PixelBox(140, 80, 50, 10));
        using var doubled =
            await DrawAsync(new { type = "shape", shape = "rect", color = "f00", width = 20, height = 10, gravity = "northeast", x = 3, y = 4 }, dpr: 2);
        BoxOf(doubled).ShouldBe(new PixelBox(154, 8, 40, 20));
    }

    [Fact]
    public async Task An_ellipse_leaves_its_corners_and_an_outline_lies_inside()
    {
        using var ellipse = await DrawAsync(new { type = "shape", shape = "ellipse", color = "f00", width = 60, height = 40 });
        (int X, int Y, double[] Colour)[] places = [(100, 50, Red), (72, 32, White), (69, 50, White)];
        places.ShouldAllBe(place => At(ellipse, place.X, place.Y).SequenceEqual(place.Colour));
        using var frame = await DrawAsync(new { type = "shape", shape = "rect", width = 60, height = 40, outline = new { color = "f00", width = 4 } });
        places = [(70, 30, Red), (73, 50, Red), (74, 50, White), (69, 50, White)];
        places.ShouldAllBe(place => At(frame, place.X, place.Y).SequenceEqual(place.Colour));
    }

    [Fact]
    public async Task A_line_without_a_height_runs_across_with_its_thickness()
    {
        using var line = await DrawAsync(new { type = "shape", shape = "line", color = "f00", width = "100%", size = 3, gravity = "south", y = 10 });
        BoxOf(line).ShouldBe(new PixelBox(0, 87, 200, 3));
    }

    [Fact]
    public async Task Opacity_and_blending_follow_their_formulas()
    {
        using var half = await DrawAsync(new { type = "shape", shape = "rect", color = "f00", width = 40, height = 30, opacity = 0.5 });
        At(half, 100, 50).Zip([255, 127.5, 127.5]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= 2);
        using var grey = Flat(100, 150, 200);
        var multiply = await DrawOnAsync(grey, 1, new { type = "shape", shape = "rect", color = "80ff40", width = 40, height = 30, blend = "multiply" });
        using var made = Workbench.Open(multiply);
        At(made, 100, 50).Zip([100 * 128 / 255.0, 150, 200 * 64 / 255.0]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= 2);
        At(made, 10, 10).ShouldBe([100, 150, 200]);
    }

    [Fact]
    public async Task A_quarter_turn_swaps_the_sides_around_the_middle()
    {
        using var turned = await DrawAsync(new { type = "shape", shape = "rect", color = "f00", width = 40, height = 20, rotate = 90 });
        BoxOf(turned).ShouldBe(new PixelBox(90, 30, 20, 40));
    }

    [Fact]
    public async Task A_picture_of_its_own_size_keeps_its_pixels_and_others_are_scaled_to_their_box()
    {
        using (var own = await DrawAsync(new { type = "image", asset = Logo, gravity = "northwest", x = 7, y = 9 }))
        {
            BoxOf(own).ShouldBe(new PixelBox(7, 9, 40, 20));
            At(own, 7, 9).ShouldBe(Red);
            At(own, 46, 28).ShouldBe([0, 0, 255]);
        }

        using (var half = await DrawAsync(new { type = "image", asset = Logo, width = 20, gravity = "northwest" }))
            BoxOf(half).ShouldBe(new PixelBox(0, 0, 20, 10));
        using (var contained = await DrawAsync(new { type = "image", asset = Logo, width = 60, height = 60, gravity = "northwest" }))
            BoxOf(contained).ShouldBe(new PixelBox(0, 0, 60, 30));
        using var covering = await DrawAsync(new { type = "image", asset = Logo, width = 30, height = 30, fit = "cover", gravity = "northwest" });
        BoxOf(covering).ShouldBe(new PixelBox(0, 0, 30, 30));
    }

    [Fact]
    public async Task What_lies_outside_the_picture_is_cut_off_and_the_picture_keeps_its_size()
    {
        using var made =
            await DrawAsync(new { type = "shape", shape = "rect", color = "f00", width = 40, height = 30, gravity = "northwest", x = -20, y = -10 });
        (made.Width, made.Height, BoxOf(made)).ShouldBe((200, 100, new PixelBox(0, 0, 20, 20)));
    }

    [Fact]
    public async Task Every_frame_of_an_animation_carries_it_and_transparency_stays()
    {
        var animation =
            await DrawOnAsync(Drawings.AnimatedWebp(), 1, "w_60", ImageFormat.Webp,
                new { type = "shape", shape = "rect", color = "f00", width = 10, height = 10, gravity = "northwest" });
        animation.Frames.ShouldBe(3);
        using var roll = Image.NewFromBuffer(animation.Bytes.ToArray(), "n=-1");
        for (var frame = 0; frame < 3; frame++)
            roll[5, (frame * animation.Height) + 5].Take(3).Zip(Red).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= 12);

        var disc =
            await DrawOnAsync(Drawings.PngWithAlpha(), 1, "w_100", ImageFormat.Png,
                new { type = "shape", shape = "rect", color = "f00", width = 10, height = 10, gravity = "north" });
        using var transparent = Workbench.Open(disc);
        (transparent[50, 5][3], transparent[1, 1][3]).ShouldBe((255, 0));
    }

    [Fact]
    public async Task Below_its_least_width_an_overlay_is_left_out()
    {
        var material = Material(1, [Element(new { type = "shape", shape = "rect", color = "f00", width = 40, height = 30 })], minWidth: 201);
        var made = await Workbench.Engine.TransformAsync(
            Workbench.Source(Png(200, 100)) with { Overlays = material }, Canonical("fmt_png", Png(200, 100), ImageFormat.Png), TransformLimits.Default,
            TestContext.Current.CancellationToken);
        using var image = Workbench.Open(made.Value);
        At(image, 100, 50).ShouldBe(White);
    }

    [Fact]
    public async Task Text_is_drawn_in_its_colour_within_its_box_and_an_outline_around_it()
    {
        using var text = await DrawAsync(new { type = "text", text = "{t1|HHHH}", size = 40, color = "f00", gravity = "northwest", x = 20, y = 20 });
        var box = BoxOf(text);
        (box.X, box.Y).ShouldSatisfyAllConditions(at => at.X.ShouldBeInRange(20, 28), at => at.Y.ShouldBeInRange(24, 40));

        // Capital letters of Noto Sans are 0.714 em high.
        box.Height.ShouldBeInRange(28, 31);
        using var outlined = await DrawAsync(new { type = "text", text = "H", size = 40, color = "fff", outline = new { color = "f00", width = 3 } });
        BoxOf(outlined).Height.ShouldBeInRange(33, 37);
    }

    [Fact]
    public async Task Variables_take_the_urls_text_or_their_default()
    {
        var element = new { type = "text", text = "{t1|short}", size = 20, color = "f00" };
        using var plain = await DrawAsync(element);
        using var longer = Workbench.Open(await DrawOnAsync(Png(200, 100), 1, "fmt_png", ImageFormat.Png, OverlayTexts.Of(1, "much longer"), element));
        BoxOf(longer).Width.ShouldBeGreaterThan(BoxOf(plain).Width);
        using var empty = Workbench.Open(await DrawOnAsync(Png(200, 100), 1, "fmt_png", ImageFormat.Png, OverlayTexts.Of(1, ""), element));
        BoxOf(empty).ShouldBe(default);
    }

    [Fact]
    public async Task Wrapped_text_stays_within_its_width_and_is_aligned_in_it()
    {
        using var wrapped =
            await DrawAsync(new
            {
                type = "text", text = "one two three four five", size = 20, width = 100, align = "right", color = "f00",
                gravity = "northwest"
            });
        var box = BoxOf(wrapped);
        (box.X + box.Width).ShouldBeInRange(95, 101);
        box.Height.ShouldBeGreaterThan(50);
    }

    [Theory]
    [InlineData("""[{"type":"blob"}]""", "elements[0].type")]
    [InlineData("""[{"type":"text","text":"x","size":"900%"}]""", "elements[0].size")]
    [InlineData("""[{"type":"text","text":"x","asset":"y"}]""", "elements[0].asset")]
    [InlineData("""[{"type":"shape","shape":"rect","width":3,"height":4}]""", "elements[0].color")]
    [InlineData("""[{"type":"shape","shape":"rect","width":3,"color":"f00"}]""", "elements[0].height")]
    [InlineData("""[{"type":"image","asset":"nothing"}]""", "elements[0].asset")]
    [InlineData("""[{"type":"text","text":"x","opacity":2}]""", "elements[0].opacity")]
    [InlineData("""[{"type":"text","text":"x","gravity":"smart"}]""", "elements[0].gravity")]
    [InlineData("[]", "elements")]
    [InlineData("[null]", "elements[0]")]
    public void What_cannot_be_drawn_is_refused_by_its_name(string json, string member) =>
        OverlayElements.Read(json).Error.ShouldNotBeNull().Detail.ShouldStartWith(member);

    private static async Task<Image> DrawAsync(object element, double dpr = 1) =>
        Workbench.Open(await DrawOnAsync(Png(200, 100), dpr, "fmt_png", ImageFormat.Png, element));

    private static async Task<TransformedImage> DrawOnAsync(Image picture, double dpr, params object[] elements) =>
        await DrawOnAsync(picture.PngsaveBuffer(), dpr, "fmt_png", ImageFormat.Png, elements);

    private static Task<TransformedImage> DrawOnAsync(byte[] picture, double dpr, string operations, ImageFormat format, params object[] elements) =>
        DrawOnAsync(picture, dpr, operations, format, null, elements);

    private static async Task<TransformedImage> DrawOnAsync(byte[] picture, double dpr, string operations, ImageFormat format, OverlayTexts? texts,
        params object[] elements)
    {
        var material = Material(dpr, [.. elements.Select(Element)], texts: texts);
        var made = await Workbench.Engine.TransformAsync(
            Workbench.Source(picture) with { Overlays = material }, Canonical(operations, picture, format), TransformLimits.Default,
            TestContext.Current.CancellationToken);
        return made.Value;
    }

    private static OverlayMaterial Material(double dpr, string[] elements, int minWidth = 1, OverlayTexts? texts = null)
    {
        var read = OverlayElements.Read($"[{string.Join(',', elements)}]").Value;
        return new OverlayMaterial([new OverlayDrawing(read, texts, dpr, minWidth)],
            new Dictionary<(string, int), TransformSource> { [(Logo, 0)] = Workbench.Source(LogoPng()) }, new Dictionary<string, FontFile>());
    }

    private static string Element(object element) => JsonSerializer.Serialize(element);

    private static CanonicalOperations Canonical(string operations, byte[] original, ImageFormat format) =>
        CanonicalOperations.Resolve(OperationsParser.Parse(operations).Value, format, Workbench.FactsOf(original), 85).Value;

    /// <summary>The left half red, the right half blue.</summary>
    private static byte[] LogoPng()
    {
        using var red = Flat(255, 0, 0, 20, 20);
        using var blue = Flat(0, 0, 255, 20, 20);
        using var both = red.Join(blue, Enums.Direction.Horizontal);
        return both.PngsaveBuffer();
    }

    private static byte[] Png(int width, int height)
    {
        using var white = Flat(255, 255, 255, width, height);
        return white.PngsaveBuffer();
    }

    private static Image Flat(int red, int green, int blue, int width = 200, int height = 100)
    {
        using var black = Image.Black(width, height, bands: 3);
        using var colour = black.Linear([1, 1, 1], [red, green, blue], uchar: true);
        return colour.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    private static double[] At(Image image, int x, int y) => [.. image[x, y].Take(3)];

    /// <summary>The box of all that is not white.</summary>
    private static PixelBox BoxOf(Image image)
    {
        using var colours = image.ExtractBand(0, n: 3);
        var found = colours.FindTrim(threshold: 1, background: [255, 255, 255]);
        var (left, top, width, height) = (Convert.ToInt32(found[0]), Convert.ToInt32(found[1]), Convert.ToInt32(found[2]), Convert.ToInt32(found[3]));
        return width == 0 ? default : new PixelBox(left, top, width, height);
    }
}
