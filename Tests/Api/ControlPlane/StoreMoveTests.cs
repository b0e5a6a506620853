using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class StoreMoveTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task A_move_sets_the_policy_is_queued_for_the_worker_watched_and_stopped()
    {
        var home = await api.NewHomeAsync();
        var moves = $"{home.Root}/tenants/site/spaces/open/store-moves";
        var move = await home.Owner.PostAsync(moves, new { store = "file" }).OkAsync(202);
        move.Text("state").ShouldBe("queued");

        var policy = await home.Owner.GetAsync($"{home.Root}/tenants/site/spaces/open/policies/store").OkAsync();
        (policy.Text("value"), policy.Text("effective")).ShouldBe(("file", "file"));
        (await home.Owner.GetAsync($"{home.Root}/tenants/site/policies/store").OkAsync())["effective"].ShouldBeNull();
        await home.Owner.PostAsync($"{home.Root}/store-moves", new { store = "file" }).ProblemAsync(409, "conflict");
        await home.Owner.PostAsync(moves, new { store = "file" }).ProblemAsync(409, "conflict");

        var id = move.Text("id");
        (await home.Owner.GetAsync($"{moves}/{id}").OkAsync()).Text("store").ShouldBe("file");
        (await home.Owner.GetAsync(moves).OkAsync()).Items().Count.ShouldBe(1);
        await home.Owner.GetAsync($"{home.Root}/store-moves/{id}").ProblemAsync(404, "not_found");
        await home.Owner.DeleteAsync($"{moves}/{id}").OkAsync(204);
        await home.Owner.DeleteAsync($"{moves}/{id}").OkAsync(204);
        (await home.Owner.GetAsync($"{moves}/{id}").OkAsync()).Text("state").ShouldBe("stopped");
        await home.Owner.PostAsync($"{home.Root}/store-moves", new { store = "file" }).OkAsync(202);
    }

    [Fact]
    public async Task A_store_that_the_operator_did_not_name_is_refused_by_move_and_policy()
    {
        var home = await api.NewHomeAsync();
        (await home.Owner.PostAsync($"{home.Root}/store-moves", new { store = "elsewhere" })
            .ProblemAsync(400, "invalid_request")).Text("detail").ShouldContain("'file'");
        await home.Owner.PostAsync($"{home.Root}/store-moves", new { }).ProblemAsync(400, "invalid_request");
        (await home.Owner.PutAsync($"{home.Root}/policies/store", new { value = "elsewhere" })
            .ProblemAsync(400, "invalid_request")).Text("detail").ShouldContain("'file'");
        await home.Owner.PutAsync($"{home.Root}/policies/store", new { value = "No Name" }).ProblemAsync(400, "invalid_request");
        await home.Owner.PutAsync($"{home.Root}/policies/store", new { value = (string?)null }).OkAsync();
        await home.Owner.PutAsync($"{home.Root}/policies/store", new { value = "file", locked = true }).OkAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants/site/store-moves", new { store = "file" }).ProblemAsync(403, "policy_locked");
    }
}
