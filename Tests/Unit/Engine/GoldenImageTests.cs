using System.Runtime.CompilerServices;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>
/// Whole pictures against those that were looked at once, by what an eye would notice and not by bytes. <c>UPDATE_GOLDEN=1</c> writes them anew and fails, so
/// that it cannot be left on; look at what changed before committing.
/// </summary>
[Trait("Level", "Integration")]
public sealed class GoldenImageTests
{
    private const double Noticeable = 1.5;

    [Theory]
    [InlineData("cover", "w_160-h_160")]
    [InlineData("cover-smart", "w_100-h_160-g_smart")]
    [InlineData("pad", "w_160-h_160-f_pad-b_336699")]
    [InlineData("fill", "w_160-h_60-f_fill")]
    [InlineData("turned", "w_120-r_90-flip")]
    [InlineData("blurred", "w_160-blur_6")]
    [InlineData("blurred-widely", "w_160-blur_40")]
    [InlineData("sharpened", "w_160-sharpen_2")]
    [InlineData("greyscale", "w_160-bw")]
    public async Task It_looks_as_it_did(string name, string operations)
    {
        var made = await Workbench.MakeAsync(Drawings.JpegWithMetadata(6), operations, ImageFormat.Png);

        using var image = Workbench.Open(made);
        Compare(image, name);
    }

    [Theory]
    [InlineData(ImageFormat.Jpg)]
    [InlineData(ImageFormat.Webp)]
    [InlineData(ImageFormat.Avif)]
    [InlineData(ImageFormat.Gif)]
    public async Task Every_encoder_shows_the_same_picture(ImageFormat format)
    {
        var made = await Workbench.MakeAsync(Drawings.JpegWithMetadata(6), "w_160-h_160", format);

        using var image = Workbench.Open(made);
        using var opaque = image.HasAlpha() ? image.Flatten() : image.Copy();
        Compare(opaque, "cover", format == ImageFormat.Gif ? 6 : 3);
    }

    private static void Compare(Image image, string name, double tolerance = Noticeable, [CallerFilePath] string here = "")
    {
        var golden = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "Images", "Golden", $"{name}.png"));
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1" && tolerance <= Noticeable)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(golden)!);
            image.Pngsave(golden, keep: Enums.ForeignKeep.None);
            Assert.Fail($"Wrote {golden}: look at it, then run without UPDATE_GOLDEN.");
        }

        using var expected = Image.Pngload(golden);
        (image.Width, image.Height).ShouldBe((expected.Width, expected.Height));
        Workbench.Distance(image, expected).ShouldBeLessThan(tolerance);
    }
}
