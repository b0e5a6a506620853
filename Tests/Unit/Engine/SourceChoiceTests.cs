using ImageMagick;
using ImageService.Core.Engine;
using ImageService.Core.Operations;
using NetVips;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

[Trait("Level", "Integration")]
public sealed class SourceChoiceTests
{
    [Theory]
    [InlineData(6000, 4000, "w_800", true)]
    [InlineData(6000, 4000, "w_1836", true)]
    [InlineData(6000, 4000, "w_1837", false)]
    [InlineData(6000, 4000, "w_1224-q_90", true)]
    [InlineData(6000, 4000, "w_1225-q_90", false)]
    [InlineData(6000, 4000, "w_1224-fmt_png", true)]
    [InlineData(6000, 4000, "w_1225-fmt_png", false)]
    [InlineData(1000, 800, "w_500", true)]
    [InlineData(1000, 800, "w_501", false)]
    [InlineData(6000, 4000, "w_1000-h_1000", true)]
    [InlineData(6000, 4000, "w_1400-h_1400", false)]
    [InlineData(6000, 4000, "w_800-r_90", true)]
    [InlineData(6000, 4000, "q_80", false)]
    public void Only_what_is_well_below_the_intermediate_derives_from_it(int width, int height, string operations, bool expected)
    {
        var facts = new SourceFacts
        {
            Width = width,
            Height = height,
            HasAlpha = false,
            Frames = 1,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = ImageFormat.Jpg,
        };
        var asked = OperationsParser.Parse(operations).Value;
        var canonical = CanonicalOperations.Resolve(asked, asked.Format?.Fixed ?? ImageFormat.Webp, facts, 85).Value;

        SourceChoice.UsesIntermediate(canonical, facts).ShouldBe(expected);
    }

    [Theory]
    [InlineData(ImageFormat.Webp, false)]
    [InlineData(ImageFormat.Jpg, true)]
    public void Animations_that_stay_animated_derive_from_the_original(ImageFormat format, bool expected)
    {
        var facts = new SourceFacts
        {
            Width = 600,
            Height = 400,
            HasAlpha = false,
            Frames = 5,
            ContentHash = "",
            FocalX = null,
            FocalY = null,
            Format = ImageFormat.Gif,
        };
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse("w_100").Value, format, facts, 85).Value;

        SourceChoice.UsesIntermediate(canonical, facts).ShouldBe(expected);
    }

    [Theory]
    [InlineData(6, 411)]
    [InlineData(1, 411)]
    [InlineData(1, 120)]
    [InlineData(8, 64)]
    public async Task A_variant_of_the_intermediate_has_the_originals_proportions_and_looks_the_same(int orientation, int width)
    {
        var original = Drawings.JpegWithMetadata(orientation, 3001, 2003);
        var facts = Workbench.FactsOf(original);
        var ct = TestContext.Current.CancellationToken;
        var intermediate = (await Workbench.Engine.MakeIntermediateAsync(Workbench.Source(original), null, ct)).Value;
        ((long)intermediate.Width * intermediate.Height).ShouldBeLessThanOrEqualTo(SourceChoice.IntermediatePixels);
        var operations = CanonicalOperations.Resolve(OperationsParser.Parse($"w_{width}").Value, ImageFormat.Png, facts, 85).Value;
        SourceChoice.UsesIntermediate(operations, facts).ShouldBeTrue();

        var direct = (await Workbench.Engine.TransformAsync(Workbench.Source(original), operations, TransformLimits.Default, ct)).Value;
        var source = new TransformSource(intermediate.Bytes, OriginalFormat.Jpg, IsIntermediate: true, KeepCopyright: false);
        var derived = (await Workbench.Engine.TransformAsync(source, operations, TransformLimits.Default, ct)).Value;

        (derived.Width, derived.Height).ShouldBe((direct.Width, direct.Height));
        using var one = Workbench.Open(direct);
        using var other = Workbench.Open(derived);
        Workbench.Distance(one, other).ShouldBeLessThan(1.5);
        other.GetFields().ShouldNotContain("exif-data");
    }

    [Fact]
    public async Task The_intermediate_keeps_alpha_as_png()
    {
        var made = (await Workbench.Engine.MakeIntermediateAsync(Workbench.Source(Drawings.PngWithAlpha()), null, TestContext.Current.CancellationToken)).Value;

        made.Format.ShouldBe(ImageFormat.Png);
        using var image = Workbench.Open(made);
        image.HasAlpha().ShouldBeTrue();
    }

    [Theory]
    [InlineData("png", ImageFormat.Png)]
    [InlineData("gif", ImageFormat.Png)]
    [InlineData("tiff", ImageFormat.Png)]
    [InlineData("lossless webp", ImageFormat.Png)]
    [InlineData("lossless webp with a profile", ImageFormat.Png)]
    [InlineData("webp", ImageFormat.Jpg)]
    [InlineData("jpg", ImageFormat.Jpg)]
    public async Task What_was_kept_without_loss_has_an_intermediate_without_loss_though_it_is_opaque(string kind, ImageFormat expected)
    {
        using var black = Image.Black(600, 400, bands: 3).Copy(interpretation: Enums.Interpretation.Srgb);
        using var drawing = black.Mutate(static canvas =>
        {
            canvas.DrawRect([240, 230, 10], 0, 0, 300, 400, fill: true);
            canvas.DrawCircle([20, 90, 200], 300, 200, 120, fill: true);
        });
        using var tagged = drawing.IccTransform("srgb", inputProfile: "srgb");
        var original = kind switch
        {
            "png" => drawing.PngsaveBuffer(),
            "gif" => OpaqueGif(drawing),
            "tiff" => drawing.TiffsaveBuffer(),
            "lossless webp" => drawing.WebpsaveBuffer(lossless: true),
            "lossless webp with a profile" => tagged.WebpsaveBuffer(lossless: true, keep: Enums.ForeignKeep.Icc),
            "webp" => drawing.WebpsaveBuffer(q: 90),
            _ => drawing.JpegsaveBuffer(q: 90),
        };
        Workbench.FactsOf(original).HasAlpha.ShouldBeFalse();

        var made = (await Workbench.Engine.MakeIntermediateAsync(Workbench.Source(original), null, TestContext.Current.CancellationToken)).Value;

        made.Format.ShouldBe(expected);
        if (expected != ImageFormat.Png)
            return;
        using var image = Workbench.Open(made);
        using var difference = (image - drawing).Abs();
        (image.Bands, difference.Max()).ShouldBe((3, 0));
    }

    [Fact]
    public void The_two_sources_have_different_revisions() => EngineRevision.ForIntermediate.ShouldNotBe(EngineRevision.Current);

    // libvips keeps a place in the palette for transparency, needed or not.
    private static byte[] OpaqueGif(Image picture)
    {
        using var written = new MagickImage(picture.PngsaveBuffer());
        return written.ToByteArray(MagickFormat.Gif);
    }
}
