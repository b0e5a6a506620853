using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class OrganizationTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task The_operator_creates_one_and_its_first_key_does_everything_in_it()
    {
        var home = await api.NewHomeAsync();

        var shown = await home.Owner.GetAsync(home.Root).OkAsync();
        shown.Text("slug").ShouldBe(home.Slug);
        shown.Text("id").ShouldBe(home.Id.ToString());
        (await home.Owner.GetAsync("/v1/organizations").OkAsync()).Items().Count.ShouldBe(1);
        (await home.Owner.PatchAsync(home.Root, new { name = "New name" }).OkAsync()).Text("name").ShouldBe("New name");
    }

    [Fact]
    public async Task Only_the_operator_creates_one()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync("/v1/organizations", new { slug = "mine", name = "Mine" }).ProblemAsync(403, "forbidden");
        await api.Anonymous().PostAsync("/v1/organizations", new { slug = "mine", name = "Mine" }).ProblemAsync(401, "unauthenticated");
        await api.WithKey(ApiFactory.PlatformKey + "x")
            .PostAsync("/v1/organizations", new { slug = "mine", name = "Mine" }).ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task The_operator_sees_nothing_inside_one()
    {
        var home = await api.NewHomeAsync();
        var platform = api.WithKey(ApiFactory.PlatformKey);
        await platform.GetAsync(home.Root).ProblemAsync(404, "not_found");
        await platform.GetAsync($"{home.Root}/tenants").ProblemAsync(404, "not_found");
        await platform.PostAsync("/v1/sign", new { url = "/v1/priv/a/b/c/img/x/v1/original.jpg" }).ProblemAsync(403, "forbidden");
    }

    [Theory]
    [InlineData("No Good")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_wrong_slug_is_400(string? slug) =>
        await api.WithKey(ApiFactory.PlatformKey).PostAsync("/v1/organizations", new { slug, name = "x" }).ProblemAsync(400, "invalid_request");

    [Fact]
    public async Task A_taken_slug_is_409_and_a_deleted_one_is_free_and_its_key_dead()
    {
        var home = await api.NewHomeAsync();
        var platform = api.WithKey(ApiFactory.PlatformKey);
        await platform.PostAsync("/v1/organizations", new { slug = home.Slug, name = "Again" }).ProblemAsync(409, "slug_taken");

        await home.Owner.DeleteAsync(home.Root).OkAsync(204);
        await platform.PostAsync("/v1/organizations", new { slug = home.Slug, name = "Again" }).OkAsync(201);
        await Probe.UntilAsync(async () => (int)(await home.Owner.GetAsync(home.Root)).StatusCode == 401, "the key of a deleted organization is refused");
    }

    [Fact]
    public async Task A_key_without_all_scopes_does_not_delete_one()
    {
        var home = await api.NewHomeAsync();
        await (await home.KeyAsync(["tenant:write"])).DeleteAsync(home.Root).ProblemAsync(403, "forbidden");
        await (await home.KeyAsync(["image:read"])).DeleteAsync(home.Root).ProblemAsync(403, "insufficient_scope");
    }
}
