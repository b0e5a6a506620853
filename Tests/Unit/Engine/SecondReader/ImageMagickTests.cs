using ImageService.Core.Engine;
using ImageService.Core.Engine.Overlays;
using ImageService.Core.Operations;
using ImageService.Core.Overlays;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine.SecondReader;

/// <summary>
/// Every operation on every kind of original, beside the same drawn by ImageMagick from the same bytes: sizes, frames and depth are equal, and the channels'
/// mean difference is at most what the row says, of 255 (and what <see cref="SixOriginals.Allowance"/> adds). ImageMagick is told sizes and places in px,
/// worked out by hand from the contract; its words for mirrors are the opposite of ours.
/// </summary>
[Trait("Level", "Integration")]
public sealed class ImageMagickTests
{
    private const string Grey = "-colorspace RGB -color-matrix .2126,.7152,.0722,.2126,.7152,.0722,.2126,.7152,.0722 -colorspace sRGB";

    [Theory]
    [InlineData("w_60", "-filter Lanczos -resize 60x40!", 1)]
    [InlineData("h_20", "-filter Lanczos -resize 30x20!", 1.5)]
    [InlineData("w_30-dpr_2", "-filter Lanczos -resize 60x40!", 1)]
    [InlineData("w_37-h_53", "-filter Lanczos -resize 80x53! -crop 37x53+21+0 +repage", 1)]
    [InlineData("w_60-h_60-g_northeast", "-filter Lanczos -resize 90x60! -crop 60x60+30+0 +repage", 1)]
    [InlineData("w_40-h_80-g_focal-fx_0.6-fy_0.5", "-crop 40x80+52+0 +repage", 0.5)]
    [InlineData("w_60-ar_2:1", "-filter Lanczos -resize 60x40! -crop 60x30+0+5 +repage", 1)]
    [InlineData("ar_1:1-g_west", "-crop 80x80+0+0 +repage", 0.5)]
    [InlineData("w_50-h_50-f_fill", "-filter Lanczos -resize 50x50!", 1)]
    [InlineData("w_50-h_50-f_inside", "-filter Lanczos -resize 50x33!", 1)]
    [InlineData("w_50-h_50-f_outside", "-filter Lanczos -resize 75x50!", 1)]
    [InlineData("w_70-h_70-f_pad-b_336699", "-filter Lanczos -resize 70x47! -background #336699 -extent 70x70+0-11", 1)]
    [InlineData("w_70-h_70-f_contain-g_southeast", "-filter Lanczos -resize 70x47! -alpha set -background none -gravity SouthEast -extent 70x70", 1)]
    [InlineData("w_200-h_100", "-crop 120x60+0+10 +repage", 0.5)]
    [InlineData("crop_10,20,50,40", "-crop 50x40+10+20 +repage", 0.5)]
    [InlineData("crop_0.25,0.25,0.5,0.5-w_30", "-crop 60x40+30+20 +repage -filter Lanczos -resize 30x20!", 1)]
    [InlineData("trim_5", "-fuzz 5% -trim +repage", 0.5)]
    [InlineData("trim_5-w_52", "-fuzz 5% -trim +repage -filter Lanczos -resize 52x32!", 1)]
    [InlineData("pad_5,10-b_ff8800", "-bordercolor #ff8800 -border 10x5", 0.5)]
    [InlineData("pad_4", "-alpha set -bordercolor none -border 4", 0.5)]
    [InlineData("r_90", "-rotate 90", 0.5)]
    [InlineData("r_180", "-rotate 180", 0.5)]
    [InlineData("r_270-flip", "-rotate 270 -flop", 0.5)]
    [InlineData("flip", "-flop", 0.5)]
    [InlineData("flop", "-flip", 0.5)]
    [InlineData("bri_150", "-channel RGB -evaluate multiply 1.5", 0.5)]
    [InlineData("con_150", "-channel RGB -function polynomial 1.5,-0.25", 0.5)]
    [InlineData("sat_50", "-color-matrix 0.6065,0.3575,0.036,0.1065,0.8575,0.036,0.1065,0.3575,0.536", 0.5)]
    [InlineData("gam_1.8", "-channel RGB -gamma 1.8", 1)]
    [InlineData("bri_80-con_120-gam_0.7", "-channel RGB -evaluate multiply 0.8 -function polynomial 1.2,-0.1 -gamma 0.7", 1)]
    [InlineData("tint_3366cc", "-colorspace Lab -channel G -evaluate set 57.3405% -channel B -evaluate set 27.3134% +channel -colorspace sRGB", 1)]
    [InlineData("duotone_000,fff", Grey, 2)]
    [InlineData("duotone_204060,ffcc80", $"{Grey} +level-colors #204060,#ffcc80", 2)]
    [InlineData("bw", Grey, 2)]
    [InlineData("pixelate_10", "-scale 12x8! -scale 120x80!", 1)]
    [InlineData("b_336699", "-background #336699 -alpha remove", 0.5)]
    public async Task It_draws_what_ImageMagick_draws(string operations, string theirs, double tolerance) =>
        await CompareAsync(operations, theirs.Split(' '), tolerance);

    [Theory]
    [InlineData("blur_3", 3, 1)]
    [InlineData("blur_20", 20, 2)]
    public async Task Blur_is_a_Gaussian_of_that_sigma(string operations, double sigma, double tolerance) =>
        await CompareAsync(operations, [], tolerance, byHand: picture => ByHand.Blurred(picture, sigma));

    [Theory]
    [InlineData("round_12", 12)]
    [InlineData("round_max", 40)]
    public async Task Corners_are_quarter_circles(string operations, int radius)
    {
        await CompareAsync(operations, [], 0.5, byHand: picture => picture.Map((x, y, pixel) =>
        {
            // How much of a pixel lies inside, as if its edge were straight.
            var across = Math.Max(0, Math.Max(radius - x - 0.5, x + 0.5 - picture.Width + radius));
            var down = Math.Max(0, Math.Max(radius - y - 0.5, y + 0.5 - picture.Height + radius));
            return [.. pixel[..3], (byte)Math.Round(pixel[3] * Math.Clamp(radius - double.Hypot(across, down) + 0.5, 0, 1))];
        }));
    }

    [Fact]
    public async Task An_overlay_lies_over_every_frame_and_every_kind()
    {
        var elements = OverlayElements.Read(
            """[{"type":"shape","shape":"rect","color":"ff00ff80","width":"25%","height":20,"gravity":"southeast","x":6,"y":4}]""").Value;
        var overlays = new OverlayMaterial(
            [new OverlayDrawing(elements, null, 1, 1)], new Dictionary<(string, int), TransformSource>(), new Dictionary<string, FontFile>());

        await CompareAsync("original", ["-fill", "#ff00ff80", "-draw", "rectangle 84,56 113,75"], 0.5, overlays);
    }

    [Theory]
    [InlineData(ImageFormat.Jpg, "JPEG", 2.5)]
    [InlineData(ImageFormat.Png, "PNG", 0.5)]
    [InlineData(ImageFormat.Webp, "WEBP", 2.5)]
    [InlineData(ImageFormat.Avif, "HEIC", 2.5)]
    [InlineData(ImageFormat.Gif, "GIF", 5)]
    public async Task Every_format_is_read_by_others_as_it_was_meant(ImageFormat format, string name, double tolerance)
    {
        string[] theirs = format switch
        {
            ImageFormat.Jpg => ["-background", "white", "-alpha", "remove", "-alpha", "off"],
            ImageFormat.Gif => ["-channel", "A", "-threshold", "50%"],
            _ => [],
        };
        foreach (var (kind, ours, _) in await CompareAsync("q_95", theirs, tolerance, format: format))
        {
            ours.Depth.ShouldBe(8, kind);
            ((string[])[name, format.Name().ToUpperInvariant()]).ShouldContain(ours.Format, kind);
            if (!format.HasAlpha())
                ours.HasAlpha.ShouldBeFalse(kind);
        }
    }

    [Fact]
    public async Task A_file_of_at_most_so_many_bytes_has_that_many_at_most()
    {
        foreach (var (kind, _, made) in await CompareAsync("bytes_3000", ["-background", "white", "-alpha", "remove"], 6, format: ImageFormat.Jpg))
            made.Bytes.Length.ShouldBeLessThanOrEqualTo(3000, kind);
    }

    [Fact]
    public async Task Sharpening_is_the_unsharp_mask_of_lightness_that_the_engines_page_tells()
    {
        await CompareAsync("sharpen_1.5", [], 1, byHand: static picture => ByHand.Sharpened(picture, sigma: 1.5));
    }

    private static async Task<List<(string Kind, DrawnPicture Ours, TransformedImage Made)>> CompareAsync(string operations, string[] theirs, double tolerance,
        OverlayMaterial? overlays = null, ImageFormat? format = null, Func<DrawnPicture, DrawnPicture>? byHand = null)
    {
        using var magick = new ImageMagick();
        var made = new List<TransformedImage>();
        foreach (var original in SixOriginals.All)
            made.Add(await AddAsync(magick, original, operations, theirs, overlays, format));
        await magick.RunAsync();

        var compared = new List<(string, DrawnPicture, TransformedImage)>();
        var faults = new List<string>();
        foreach (var (original, image) in SixOriginals.All.Zip(made))
        {
            var (ours, expected) = (magick.Read($"ours-{original.Name}"), magick.Read($"theirs-{original.Name}"));
            if (image.Frames < original.Frames)
                expected = expected with { Frames = 1, Rgba = expected.Rgba[..(expected.Rgba.Length / original.Frames)] };
            if (byHand is not null)
                expected = byHand(expected);

            // Debian's readers leave alpha out of AVIF and of some animated WebP: BackgroundTests and OverlayTests judge it.
            var isUnread = !ours.HasAlpha && (image.Format == ImageFormat.Avif || image.Frames > 1) && Workbench.HasAlpha(image);
            if (ours.Size != expected.Size || (image.Width, image.Height, image.Frames) != (ours.Width, ours.Height, ours.Frames) || ours.Depth > 8)
                faults.Add($"{original.Name}: {ours.Size}, {ours.Depth} bits instead of {expected.Size}");
            else if (!isUnread && ours.DistanceTo(expected) is var distance && distance > tolerance + original.Allowance)
                faults.Add($"{original.Name}: {distance:0.00} apart, at most {tolerance + original.Allowance}");
            compared.Add((original.Name, ours, image));
        }

        faults.ShouldBeEmpty();
        return compared;
    }

    /// <summary>The engine's picture under <c>ours-</c>, ImageMagick's under <c>theirs-</c>; without a format PNG, and WebP of an animation.</summary>
    private static async Task<TransformedImage> AddAsync(ImageMagick magick, SixOriginals original, string operations, string[] theirs,
        OverlayMaterial? overlays, ImageFormat? format)
    {
        var output = format ?? (original.Frames > 1 ? ImageFormat.Webp : ImageFormat.Png);
        var said = OperationsParser.Parse(operations == "original" ? "q_100" : operations).Value;
        said = said.Quality is null && output == ImageFormat.Webp ? said with { Quality = OperationsParser.Parse("q_100").Value.Quality } : said;
        var canonical = CanonicalOperations.Resolve(said, output, Workbench.FactsOf(original.Bytes), 85).Value;
        var made = (await Workbench.Engine.TransformAsync(
            Workbench.Source(original.Bytes) with { Overlays = overlays }, canonical, TransformLimits.Default, TestContext.Current.CancellationToken)).Value;
        magick.Write(original.Name, original.Bytes);
        magick.Write($"made-{original.Name}.{output.Name()}", made.Bytes.ToArray());
        magick.Draw($"ours-{original.Name}", $"made-{original.Name}.{output.Name()}", made.Frames > 1 ? ["-coalesce"] : []);
        magick.Draw($"theirs-{original.Name}", original.Name, [.. original.Prelude, .. theirs, "+channel"]);
        return made;
    }
}
