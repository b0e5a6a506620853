using ImageService.Core.Operations;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Signing;

[Trait("Level", "Unit")]
public sealed class ImageUrlBuilderTests
{
    private static readonly AssetId Asset = AssetId.TryParse("01KAVW3S8N2V4B6D8F0H2K4M6P", out var id) ? id : default;
    private static readonly ImageAddress Public = new()
    {
        Organization = "acme",
        Tenant = "website",
        Space = "marketing",
        Asset = Asset,
        Version = 3,
        Access = AssetAccess.Public,
    };
    private static readonly ImageAddress Private = Public with { Space = "confidential", Access = AssetAccess.Private };

    [Fact]
    public void Public_and_private_images_have_their_own_paths()
    {
        ImageUrlBuilder.Path(Public, "w_800-h_600", ImageFormat.Webp)
            .ShouldBe("/v1/pub/acme/website/marketing/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v3/w_800-h_600.webp");
        ImageUrlBuilder.Path(Private, new ImageOperations { Width = 10, Greyscale = true }, ImageFormat.Jpg)
            .ShouldBe("/v1/priv/acme/website/confidential/img/01KAVW3S8N2V4B6D8F0H2K4M6P/v3/w_10-bw.jpg");
        ImageUrlBuilder.PresetPath(Public, "card_2x", ImageFormat.Avif).ShouldEndWith("/preset_card_2x.avif");
    }

    [Fact]
    public void An_original_that_cannot_be_delivered_is_converted()
    {
        ImageUrlBuilder.OriginalPath(Public, ImageFormat.Gif, ImageFormat.Jpg).ShouldEndWith("/original.gif");
        ImageUrlBuilder.OriginalPath(Public, null, ImageFormat.Jpg).ShouldEndWith("/original.jpg");
    }

    [Fact]
    public void A_signed_path_verifies()
    {
        var key = new byte[UrlSignature.SecretBytes];
        var request = new SignedRequest(ImageUrlBuilder.Path(Private, "w_1", ImageFormat.Png), 2000, "localhost", Guid.CreateVersion7());
        var signed = ImageUrlBuilder.SignedPath(key, "key_1", request);
        var query = SignatureQuery.Read(signed[RawPath.Of(signed).Length..]).Value;
        query.Verify(key, RawPath.Of(signed).ToString(), "localhost", request.TenantId, DateTimeOffset.FromUnixTimeSeconds(1999)).IsSuccess.ShouldBeTrue();
    }

    [Theory]
    [InlineData("http://localhost:8080")]
    [InlineData("http://localhost:8080/")]
    public void A_base_url_may_end_in_a_slash(string baseUrl) => ImageUrlBuilder.Absolute(baseUrl, "/v1/x").ShouldBe("http://localhost:8080/v1/x");
}
