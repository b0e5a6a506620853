using ImageService.Api.Gateway;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

[Trait("Level", "Unit")]
public sealed class ImagePathTests
{
    private const string Asset = "01KAVW3S8N2V4B6D8F0H2K4M6P";

    [Fact]
    public void An_image_path_is_read_into_its_parts()
    {
        ImageUrl.TryParse($"/v1/pub/acme/website/marketing/img/{Asset.ToLowerInvariant()}/v12/w_800-h_600.webp", out var url).ShouldBeTrue();

        (url!.Organization, url.Tenant, url.Space, url.AssetId.ToString(), url.Version,
            url.File).ShouldBe(("acme", "website", "marketing", Asset, 12, "w_800-h_600.webp"));
    }

    [Theory]
    [InlineData("/v1/pub")]
    [InlineData("/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v1")]
    [InlineData("/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v1/w_1.jpg/x")]
    [InlineData("/v1/pub/acme/website/marketing/image/01KAVW3S8N2V4B6D8F0H2K4M6P/v1/w_1.jpg")]
    [InlineData("/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6/v1/w_1.jpg")]
    [InlineData("/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6U/v1/w_1.jpg")]
    [InlineData("/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/1/w_1.jpg")]
    [InlineData("/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v0/w_1.jpg")]
    [InlineData("/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v01/w_1.jpg")]
    [InlineData("/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v-1/w_1.jpg")]
    [InlineData("/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v9999999999/w_1.jpg")]
    [InlineData("/v1/pub/Acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v1/w_1.jpg")]
    [InlineData("/v1/pub/acme//marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v1/w_1.jpg")]
    public void A_path_that_cannot_name_an_image_is_not_read(string path) => ImageUrl.TryParse(path, out _).ShouldBeFalse();

    [Theory]
    [InlineData("w_100", "extension")]
    [InlineData("w_100.bmp", "jpg, jpeg, png, webp, avif, gif, jxl")]
    [InlineData("w_100.JPG", "jpg, jpeg, png, webp, avif, gif, jxl")]
    [InlineData("w_100-nonsense.jpg", "nonsense")]
    [InlineData(".jpg", "original")]
    public void A_file_that_cannot_be_read_is_answered_with_what_would_be_accepted(string file, string told)
    {
        UrlOperations.Parse(file).TryGet(out _, out var error).ShouldBeFalse();
        error!.Code.ShouldBe(ImageService.Core.Errors.ErrorCode.InvalidOperations);
        error.Detail.ShouldContain(told);
    }
}
