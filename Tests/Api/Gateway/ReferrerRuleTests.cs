using ImageService.Api.Gateway;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

[Trait("Level", "Unit")]
public sealed class ReferrerRuleTests
{
    [Theory]
    [InlineData("https://shop.example.com/page", true)]
    [InlineData("https://SHOP.example.com:8443/page?x", true)]
    [InlineData("https://a.cdn.example.org/", true)]
    [InlineData("https://cdn.example.org/", false)]
    [InlineData("https://evilcdn.example.org/", false)]
    [InlineData("https://shop.example.com.evil.net/", false)]
    [InlineData("not a url", false)]
    [InlineData("", true)]
    [InlineData(null, true)]
    public void Only_the_named_sites_may_embed(string? referrer, bool allowed) =>
        ReferrerRule.Allows(["shop.example.com", "*.cdn.example.org"], referrer).ShouldBe(allowed);

    [Fact]
    public void Without_a_list_everybody_may_embed() => ReferrerRule.Allows([], "https://anywhere.net/").ShouldBeTrue();

    [Fact]
    public void An_origin_is_echoed_only_where_it_is_named()
    {
        ReferrerRule.AllowedOrigin(["*"], null).ShouldBe("*");
        ReferrerRule.AllowedOrigin(["https://a.example"], "https://a.example").ShouldBe("https://a.example");
        ReferrerRule.AllowedOrigin(["https://a.example"], "https://b.example").ShouldBeNull();
        ReferrerRule.AllowedOrigin(["https://a.example"], null).ShouldBeNull();
        ReferrerRule.AllowedOrigin([], "https://a.example").ShouldBeNull();
    }
}
