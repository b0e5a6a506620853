using ImageService.Core.Engine;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Operations;

/// <summary>A picture that a format cannot hold: negotiation avoids the format, an explicit one gets the picture as large as it holds.</summary>
[Trait("Level", "Unit")]
public sealed class FormatCapacityTests
{
    private static readonly IReadOnlySet<ImageFormat> All = Enum.GetValues<ImageFormat>().ToHashSet();

    [Theory]
    [InlineData(640, 17_000, "original", ImageFormat.Webp, 617, 16_383)]
    [InlineData(640, 17_000, "original", ImageFormat.Avif, 617, 16_384)]
    [InlineData(640, 17_000, "original", ImageFormat.Png, 640, 17_000)]
    [InlineData(640, 17_000, "original", ImageFormat.Jpg, 640, 17_000)]
    [InlineData(17_000, 640, "q_50", ImageFormat.Webp, 16_383, 617)]
    [InlineData(640, 17_000, "w_630", ImageFormat.Webp, 617, 16_383)]
    [InlineData(640, 17_000, "w_600", ImageFormat.Webp, 600, 15_938)]
    [InlineData(640, 17_000, "r_90", ImageFormat.Webp, 16_383, 617)]
    [InlineData(640, 17_000, "w_400-h_300", ImageFormat.Webp, 400, 300)]
    [InlineData(640, 17_000, "w_630-h_100-f_outside", ImageFormat.Webp, 617, 16_383)]
    [InlineData(100, 65_535, "q_50", ImageFormat.Jpg, 100, 65_500)]
    public void An_explicit_format_gets_the_picture_shrunk_to_its_limit_and_no_further(int width, int height, string operations, ImageFormat format,
        int outWidth, int outHeight)
    {
        var canonical = Resolve(operations, format, width, height);

        var plan = TransformPlan.Of(canonical, new PixelSize(width, height));
        plan.Canvas.ShouldBe(new PixelSize(outWidth, outHeight));
        OperationsParser.Parse(canonical.Text).Error.ShouldBeNull();
        OperationsGen.Resolve(canonical.Text, format, Source(width, height)).Text.ShouldBe(canonical.Text);
    }

    [Fact]
    public void All_sizes_beyond_the_limit_are_the_same_image() =>
        Resolve("w_630", ImageFormat.Webp, 640, 17_000).Text.ShouldBe(Resolve("original", ImageFormat.Webp, 640, 17_000).Text);

    [Theory]
    [InlineData("original", true)]
    [InlineData("w_700", true)]
    [InlineData("w_600", false)]
    [InlineData("w_200-h_200", false)]
    public void The_plan_says_whether_the_limit_was_met(string operations, bool isLimited) =>
        TransformPlan.Of(Resolve(operations, ImageFormat.Webp, 640, 17_000), new PixelSize(640, 17_000)).IsLimited.ShouldBe(isLimited);

    [Theory]
    [InlineData("image/avif,image/webp", "original", false, ImageFormat.Jpg)]
    [InlineData("image/avif,image/webp", "w_600", false, ImageFormat.Avif)]
    [InlineData("image/avif,image/webp", "original", true, ImageFormat.Png)]
    [InlineData("*/*", "w_700", false, ImageFormat.Jpg)]
    public void Negotiation_chooses_among_those_that_hold_it(string accept, string operations, bool hasAlpha, ImageFormat chosen)
    {
        var source = Source(640, 17_000) with { HasAlpha = hasAlpha };
        var holding = All.Holding(OperationsParser.Parse(operations).Value, source);

        // Also where the extension itself cannot hold it.
        foreach (var extension in (ImageFormat[])[hasAlpha ? ImageFormat.Png : ImageFormat.Jpg, ImageFormat.Webp])
        {
            var negotiated = FormatNegotiation.Choose(accept, holding.Plainest(extension, hasAlpha), holding, animated: false);
            if (extension != ImageFormat.Webp || !holding.Contains(ImageFormat.Webp))
                negotiated.ShouldBe(chosen);
        }
    }

    [Fact]
    public void Pictures_that_every_format_holds_choose_among_all() => All.Holding(new ImageOperations(), Source(16_383, 10)).ShouldBeSameAs(All);

    private static SourceFacts Source(int width, int height) => new()
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

    private static CanonicalOperations Resolve(string operations, ImageFormat format, int width, int height) =>
        OperationsGen.Resolve(operations, format, Source(width, height));
}
