using ImageService.Core.Engine;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Engine;

/// <summary>Which of the two failed: reading the picture or writing it.</summary>
[Trait("Level", "Integration")]
public sealed class EncodingFailureTests
{
    [Fact]
    public async Task An_encoder_that_refuses_is_named_and_the_picture_is_not_called_corrupt()
    {
        var error = (await EncodeAsWebpAsync(Drawings.Jpeg(17_000, 40))).Error.ShouldNotBeNull();

        (error.Code, error.RetryAfter).ShouldBe((ErrorCode.EncodingFailed, null));
        error.Detail.ShouldContain("encoded as webp");
        error.Detail.ShouldNotContain("corrupt");
    }

    [Fact]
    public async Task A_picture_that_ends_early_is_corrupt_though_its_encoder_refuses_too()
    {
        var whole = Drawings.Jpeg(17_000, 40);

        (await EncodeAsWebpAsync(whole[..(whole.Length / 2)])).Error!.Code.ShouldBe(ErrorCode.UndecodableImage);
    }

    // Operations that were judged for a format without WebP's limit, so that its encoder is asked for more than it can.
    private static Task<Result<TransformedImage>> EncodeAsWebpAsync(byte[] original)
    {
        var canonical = CanonicalOperations.Resolve(OperationsParser.Parse("q_80").Value, ImageFormat.Jpg, Workbench.FactsOf(original), 85).Value;
        var beyond = canonical with { Format = ImageFormat.Webp, Operations = canonical.Operations with { Width = 17_000 } };
        return Workbench.Engine.TransformAsync(Workbench.Source(original), beyond, TransformLimits.Default, TestContext.Current.CancellationToken);
    }
}
