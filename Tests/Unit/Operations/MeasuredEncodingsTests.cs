using ImageService.Core.Operations;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Operations;

[Trait("Level", "Unit")]
public sealed class MeasuredEncodingsTests
{
    [Fact]
    public void What_is_written_is_read_and_the_smallest_comes_first()
    {
        var measured = new MeasuredEncodings(new Dictionary<ImageFormat, MeasuredEncoding>
        {
            [ImageFormat.Png] = new(null, 90_000),
            [ImageFormat.Jpg] = new(78, 20_480),
            [ImageFormat.Avif] = new(70, 11_000),
            [ImageFormat.Webp] = new(81, 11_000),
        });
        var read = MeasuredEncodings.Read(measured.Write())!;
        read.Order.ShouldBe([ImageFormat.Webp, ImageFormat.Avif, ImageFormat.Jpg, ImageFormat.Png]);
        (read.QualityOf(ImageFormat.Jpg), read.QualityOf(ImageFormat.Png), read.QualityOf(ImageFormat.Gif)).ShouldBe((78, null, null));
        read.Write().ShouldBe(measured.Write());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"heif\":{\"bytes\":1}}")]
    public void What_says_nothing_is_nothing(string? json) => MeasuredEncodings.Read(json).ShouldBeNull();
}
