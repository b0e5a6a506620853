using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class TenantTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task A_tenant_has_an_active_signing_key_from_the_start()
    {
        var home = await api.NewHomeAsync();
        var keys = (await home.Owner.GetAsync($"{home.Root}/tenants/site/signing-keys").OkAsync()).Items();
        keys.Count.ShouldBe(1);
        ((string?)keys[0]!["state"]).ShouldBe("active");
    }

    [Fact]
    public async Task Tenants_and_spaces_are_created_changed_listed_and_deleted()
    {
        var home = await api.NewHomeAsync();
        using var created = await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "shop", name = "Shop" });
        created.Headers.Location!.ToString().ShouldBe($"{home.Root}/tenants/shop");
        created.Headers.ETag.ShouldNotBeNull();

        (await home.Owner.PatchAsync($"{home.Root}/tenants/shop", new { name = "The shop" }).OkAsync()).Text("name").ShouldBe("The shop");
        var space = await home.Owner.PostAsync($"{home.Root}/tenants/shop/spaces", new { slug = "goods", name = "Goods" }).OkAsync(201);
        space["defaultAccess"].ShouldBeNull();
        (await home.Owner.PatchAsync($"{home.Root}/tenants/shop/spaces/goods", new { defaultAccess = "public" })
            .OkAsync()).Text("defaultAccess").ShouldBe("public");
        (await home.Owner.PatchAsync($"{home.Root}/tenants/shop/spaces/goods", new { defaultAccess = "inherit" }).OkAsync())["defaultAccess"].ShouldBeNull();
        (await home.Owner.GetAsync($"{home.Root}/tenants/shop/spaces").OkAsync()).Items().Count.ShouldBe(1);

        await home.Owner.DeleteAsync($"{home.Root}/tenants/shop/spaces/goods").OkAsync(204);
        await home.Owner.GetAsync($"{home.Root}/tenants/shop/spaces/goods").ProblemAsync(404, "not_found");
        await home.Owner.DeleteAsync($"{home.Root}/tenants/shop").OkAsync(204);
        await home.Owner.GetAsync($"{home.Root}/tenants/shop").ProblemAsync(404, "not_found");
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "shop", name = "Shop" }).OkAsync(201);
    }

    [Fact]
    public async Task Lists_page_by_cursor_without_gaps_or_repetitions()
    {
        var home = await api.NewHomeAsync();
        for (var i = 0; i < 6; i++)
            await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = $"t{i}", name = "T" }).OkAsync(201);
        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = await home.Owner.GetAsync($"{home.Root}/tenants?limit=3&cursor={cursor}").OkAsync();
            seen.AddRange(page.Items().Select(item => (string)item!["slug"]!));
            cursor = (string?)page["nextCursor"];
        }
        while (cursor is not null);

        seen.ShouldBe(["site", "t0", "t1", "t2", "t3", "t4", "t5"]);
        await home.Owner.GetAsync($"{home.Root}/tenants?cursor=nonsense").ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync($"{home.Root}/tenants?limit=0").ProblemAsync(400, "invalid_request");
        await home.Owner.GetAsync($"{home.Root}/tenants?limit=x").ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_stale_if_match_is_412_and_a_fresh_one_or_none_writes()
    {
        var home = await api.NewHomeAsync();
        var tag = (await home.Owner.GetAsync($"{home.Root}/tenants/site")).Headers.ETag!.ToString();
        await home.Owner.PatchAsync($"{home.Root}/tenants/site", new { name = "One" }, ("If-Match", tag)).OkAsync();
        await home.Owner.PatchAsync($"{home.Root}/tenants/site", new { name = "Two" }, ("If-Match", tag)).ProblemAsync(412, "precondition_failed");
        await home.Owner.DeleteAsync($"{home.Root}/tenants/site", ("If-Match", tag)).ProblemAsync(412, "precondition_failed");
        await home.Owner.PatchAsync($"{home.Root}/tenants/site", new { name = "Three" }, ("If-Match", "*")).OkAsync();
        await home.Owner.PatchAsync($"{home.Root}/tenants/site", new { name = "Four" }).OkAsync();
    }

    [Fact]
    public async Task Bodies_that_cannot_be_read_are_400_and_say_where()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new StringContent("{", System.Text.Encoding.UTF8, "application/json"))
            .ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/tenants", new StringContent("slug=x")).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/tenants").ProblemAsync(400, "invalid_request");
        (await home.Owner.PostAsync($"{home.Root}/tenants/site/spaces", new { slug = "x", name = "x", defaultAccess = "secret" })
            .ProblemAsync(400, "invalid_request"))
            .Text("detail").ShouldContain("$.defaultAccess");
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "x", name = new string('x', 256) }).ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_key_of_one_tenant_sees_no_other()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "other", name = "Other" }).OkAsync(201);
        var bound = await home.KeyAsync(["tenant:write", "image:read"], tenant: "site");

        (await bound.GetAsync($"{home.Root}/tenants").OkAsync()).Items().Count.ShouldBe(1);
        await bound.GetAsync($"{home.Root}/tenants/other").ProblemAsync(404, "not_found");
        await bound.GetAsync($"{home.Root}/tenants/other/spaces").ProblemAsync(404, "not_found");
        await bound.PatchAsync($"{home.Root}/tenants/other", new { name = "Mine" }).ProblemAsync(404, "not_found");
        await bound.PatchAsync($"{home.Root}/tenants/site", new { name = "Mine" }).OkAsync();
        await bound.PostAsync($"{home.Root}/tenants", new { slug = "third", name = "Third" }).ProblemAsync(403, "insufficient_scope");
        await bound.PatchAsync(home.Root, new { name = "Mine" }).ProblemAsync(403, "insufficient_scope");
    }
}
