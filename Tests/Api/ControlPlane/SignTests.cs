using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class SignTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const string Asset = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

    [Fact]
    public async Task A_path_or_url_is_signed_as_given_within_the_policys_times()
    {
        var home = await api.NewHomeAsync();
        var path = $"/v1/priv/{home.Slug}/site/closed/img/{Asset}/v1/w_100.webp";
        var signed = await home.Owner.PostAsync("/v1/sign", new { url = path, ttlSeconds = 600 }).OkAsync();
        signed.Text("url").ShouldStartWith($"http://localhost{path}?sig=");
        ((long)signed["expiresIn"]!).ShouldBe(600);
        (await home.Owner.PostAsync("/v1/sign", new { url = $"https://Images.Example.com:8443{path}?sig=old" }).OkAsync())
            .ShouldSatisfyAllConditions(
                other => other.Text("url").ShouldStartWith($"https://Images.Example.com:8443{path}?sig="),
                other => ((long)other["expiresIn"]!).ShouldBe(3600));
        var open = path.Replace("/priv/", "/pub/", StringComparison.Ordinal);
        (await home.Owner.PostAsync("/v1/sign", new { url = open })
            .OkAsync()).Text("url").ShouldStartWith($"http://localhost{open}?sig=", customMessage: "transform_mode signed_only asks for it");
        await home.Owner.PostAsync("/v1/sign", new { url = path, ttlSeconds = 86401 }).ProblemAsync(403, "policy_forbids");
        await home.Owner.PostAsync("/v1/sign", new { url = path, ttlSeconds = 0 }).ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task Many_are_signed_at_once_each_judged_by_itself_in_the_order_asked()
    {
        var (home, stranger) = (await api.NewHomeAsync(), await api.NewHomeAsync());
        string PathOf(ApiHome of, string file) => $"/v1/priv/{of.Slug}/site/closed/img/{Asset}/v1/{file}";
        string[] urls = [PathOf(home, "w_100.webp"), PathOf(stranger, "w_100.webp"), "nonsense", PathOf(home, "w_200.webp")];
        var items = (await home.Owner.PostAsync("/v1/sign/batch", new { urls, ttlSeconds = 600 }).OkAsync()).Items();
        items.Select(item => (string?)item!["code"]).ShouldBe([null, "not_found", "invalid_request", null]);
        ((string?)items[3]!["url"]).ShouldStartWith($"http://localhost{urls[3]}?sig=");
        (await home.Owner.GetAsync($"{home.Root}/audit-logs?action=url.signed").OkAsync()).Items().Count.ShouldBe(2);

        await home.Owner.PostAsync("/v1/sign/batch", new { urls = Array.Empty<string>() }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync("/v1/sign/batch", new { urls = Enumerable.Repeat(urls[0], 501) }).ProblemAsync(400, "invalid_request");
        await (await home.KeyAsync(["image:read"])).PostAsync("/v1/sign/batch", new { urls }).ProblemAsync(403, "insufficient_scope");
    }

    [Fact]
    public async Task Only_ones_own_images_are_signed_and_only_with_the_scope()
    {
        var home = await api.NewHomeAsync();
        var stranger = await api.NewHomeAsync();
        var path = $"/v1/priv/{home.Slug}/site/closed/img/{Asset}/v1/w_100.webp";
        var theirs = await stranger.Owner.PostAsync("/v1/sign", new { url = path }).ProblemAsync(404, "not_found");
        var nobodys = await stranger.Owner.PostAsync("/v1/sign", new { url = path.Replace(home.Slug, "nobody", StringComparison.Ordinal) })
            .ProblemAsync(404, "not_found");
        theirs.Text("detail").ShouldBe(nobodys.Text("detail"));
        await (await home.KeyAsync(["image:read"])).PostAsync("/v1/sign", new { url = path }).ProblemAsync(403, "insufficient_scope");
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "other", name = "Other" }).OkAsync(201);
        await (await home.KeyAsync(["image:sign"], "other")).PostAsync("/v1/sign", new { url = path }).ProblemAsync(404, "not_found");
        await (await home.KeyAsync(["image:sign"], "site")).PostAsync("/v1/sign", new { url = path }).OkAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/v1/img/{org}/site/open/img/x/v1/w_1.jpg")]
    [InlineData("/v1/priv/{org}/site/closed/img/x/v1")]
    [InlineData("/v1/priv/{org}/site/closed/img/x/v1/../w_1.jpg")]
    [InlineData("/v1/priv/{org}/site/closed/img/x/v1/w%2f1.jpg")]
    [InlineData("http://user@localhost/v1/priv/{org}/site/closed/img/x/v1/w_1.jpg")]
    [InlineData("file:///v1/priv/{org}/site/closed/img/x/v1/w_1.jpg")]
    public async Task What_is_no_image_is_400(string url)
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync("/v1/sign", new { url = url.Replace("{org}", home.Slug, StringComparison.Ordinal) }).ProblemAsync(400, "invalid_request");
    }
}
