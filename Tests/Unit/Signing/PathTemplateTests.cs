using ImageService.Core.Signing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Signing;

[Trait("Level", "Unit")]
public sealed class PathTemplateTests
{
    [Theory]
    [InlineData("preset_card-w_400.webp", "preset_card.*")]
    [InlineData("w_400.webp", "any.*")]
    [InlineData("w_400-h_300-dpr_2-q_80-fmt_avif.jpg", "any.*")]
    [InlineData("w_400-f_auto.jpg", "any.*")]
    [InlineData("f_cover-w_400.jpg", "f_cover.*")]
    [InlineData("crop_0.1,0.1,0.5,0.5-w_20-bw.png", "crop_0.1,0.1,0.5,0.5-bw.*")]
    [InlineData("original.jpg", "original.*")]
    [InlineData("watermark_w_1.png", "watermark_w_1.*")]
    [InlineData("w_400", "w_400")]
    public void Sizes_qualities_and_formats_are_left_out_and_the_rest_stays_as_written(string file, string template) =>
        PathTemplate.Of($"/v1/priv/a.b/t/s/img/01/v3/{file}").ShouldBe($"/v1/priv/a.b/t/s/img/01/v3/{template}");
}
