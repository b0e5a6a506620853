using ImageService.Core.Engine;
using ImageService.Core.Engine.Scoring;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Which file is the smallest, and at which quality it looks as it should.</summary>
[Trait("Level", "Unit")]
public sealed class EncodingMeasurementTests
{
    private static readonly ImageFormat[] Everywhere = [ImageFormat.Jpg, ImageFormat.Png, ImageFormat.Webp, ImageFormat.Avif];

    [Fact]
    public async Task A_photograph_s_qualities_reach_the_score_and_little_more()
    {
        using var grain = Image.Gaussnoise(400, 300, mean: 128, sigma: 60, seed: 3).Gaussblur(1.5);
        using var photograph = grain.Cast(Enums.BandFormat.Uchar).Colourspace(Enums.Interpretation.Srgb).CopyMemory();
        var measured = await MeasureAsync(photograph.PngsaveBuffer(), Everywhere);

        measured.Order[^1].ShouldBe(ImageFormat.Png);
        var judge = new Ssimulacra2(photograph.WriteToMemory<byte>(), photograph.Width, photograph.Height);
        foreach (var format in (ImageFormat[])[ImageFormat.Jpg, ImageFormat.Webp, ImageFormat.Avif])
        {
            var quality = measured.QualityOf(format)!.Value;
            var score = judge.Score(EncodedPixels.Of(Encoders.Encode(photograph, format, quality, keepExif: false, hasPalette: false), format));
            score.ShouldBeInRange(EncodingMeasurement.Target - 4, EncodingMeasurement.Target + 6, $"{format} at {quality}");
        }
    }

    [Fact]
    public async Task A_drawing_is_smallest_without_loss()
    {
        var measured = await MeasureAsync(LineArt().PngsaveBuffer(), Everywhere);
        measured.Order[0].ShouldBeOneOf(ImageFormat.Webp, ImageFormat.Png);
        measured.QualityOf(ImageFormat.Webp).ShouldBe(DefaultQualities.Of(ImageFormat.Webp), "another size of it may be kept with loss");
        FormatNegotiation.Choose("image/avif,image/webp,*/*", ImageFormat.Jpg, Everywhere.ToHashSet(), animated: false, measured.Order)
            .ShouldBe(measured.Order[0]);
    }

    [Fact]
    public async Task Of_an_animation_the_smaller_of_two_is_known_and_one_too_large_is_left()
    {
        var measured = await MeasureAsync(Drawings.Gif(), [.. Everywhere, ImageFormat.Gif]);
        measured.Order.ShouldBe([ImageFormat.Webp, ImageFormat.Gif], ignoreOrder: true);
        (await MeasureAsync(Drawings.Gif(3, 1400, 1000), [ImageFormat.Webp, ImageFormat.Gif])).Order.ShouldBeEmpty();
    }

    [Fact]
    public void A_drawing_s_png_has_a_palette_and_the_very_pixels()
    {
        using var drawing = LineArt();
        var png = Encoders.Encode(drawing, ImageFormat.Png, 0, keepExif: false, hasPalette: false);

        Same(png, drawing);
        png[25].ShouldBe((byte)3, "colour type of a palette");
        png.Length.ShouldBeLessThan(drawing.PngsaveBuffer(compression: 6, filter: Enums.ForeignPngFilter.None, keep: Enums.ForeignKeep.None).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    [InlineData(200)]
    public void Every_depth_of_a_palette_holds_the_pixels_with_their_alpha(int colours)
    {
        var pixels = new byte[37 * 11 * 4];
        for (var i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)(i / 4 % colours * (i % 4 + 1));
        using var picture = Image.NewFromMemory(pixels, 37, 11, 4, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);

        Same(IndexedPng.Write(picture)!, picture);
    }

    [Fact]
    public void What_has_more_colours_than_a_palette_has_none()
    {
        using var places = Image.Xyz(40, 40);
        using var picture = places.Bandjoin(0).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        (IndexedPng.Write(picture) is null).ShouldBeTrue();
    }

    [Fact]
    public void A_drawing_s_webp_is_kept_without_loss_where_that_is_smaller()
    {
        using var drawing = LineArt();
        Same(Encoders.Encode(drawing, ImageFormat.Webp, 80, keepExif: false, hasPalette: false), drawing);
    }

    private static void Same(byte[] file, Image picture)
    {
        using var read = Image.NewFromBuffer(file);
        read.Bands.ShouldBe(picture.Bands);
        read.WriteToMemory<byte>().ShouldBe(picture.WriteToMemory<byte>());
    }

    private static Image LineArt()
    {
        using var white = Image.Black(400, 300, bands: 3).Linear([1], [255], uchar: true);
        using var drawn = white.Mutate(static canvas =>
        {
            for (var i = 0; i < 8; i++)
                canvas.DrawCircle([200 - (i * 20), 40, i * 30], 40 + (i * 45), 60 + (i * 25), 30, fill: i % 2 == 0);
        });
        return drawn.Copy(interpretation: Enums.Interpretation.Srgb).CopyMemory();
    }

    private static async Task<MeasuredEncodings> MeasureAsync(byte[] original, ImageFormat[] formats) =>
        (await Workbench.Engine.MeasureAsync(Workbench.Source(original), formats, null, TestContext.Current.CancellationToken)).Value;
}
