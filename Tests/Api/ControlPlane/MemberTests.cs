using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class MemberTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task An_invited_person_makes_an_account_and_does_what_the_role_says()
    {
        var home = await api.NewHomeAsync();
        var editor = await home.PersonAsync("editor");

        var me = await editor.Client.GetAsync("/v1/me").OkAsync();
        me.Text("email").ShouldBe(editor.Email);
        ((string?)me["memberships"]![0]!["role"]).ShouldBe("editor");
        await editor.Client.PostAsync($"{home.Root}/presets", new { slug = "mine", operations = "w_1" }).OkAsync(201);
        await editor.Client.PatchAsync($"{home.Root}/tenants/site", new { name = "x" }).ProblemAsync(403, "insufficient_scope");
        await editor.Client.GetAsync($"{home.Root}/audit-logs").ProblemAsync(403, "insufficient_scope");
        (await editor.Client.GetAsync("/v1/organizations").OkAsync()).Items().Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_role_at_a_space_reaches_nothing_beside_it()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "other", name = "Other" }).OkAsync(201);
        var viewer = await home.PersonAsync("admin", "site", "open");

        await viewer.Client.PatchAsync($"{home.Root}/tenants/site/spaces/open", new { name = "Mine" }).OkAsync();
        await viewer.Client.PatchAsync($"{home.Root}/tenants/site", new { name = "Mine" }).ProblemAsync(403, "insufficient_scope");
        await viewer.Client.GetAsync($"{home.Root}/tenants/site/spaces/closed").ProblemAsync(404, "not_found");
        await viewer.Client.GetAsync($"{home.Root}/tenants/other").ProblemAsync(404, "not_found");
        (await viewer.Client.GetAsync($"{home.Root}/tenants/site/spaces").OkAsync()).Items().Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_invitation_works_once_and_not_for_an_account_of_somebody_else()
    {
        var home = await api.NewHomeAsync();
        var person = await home.PersonAsync("viewer");
        var other = await api.NewHomeAsync();
        var invited = await other.Owner.PostAsync($"{other.Root}/members", new { email = person.Email, role = "viewer" }).OkAsync(201);
        var token = invited.Text("invitationUrl").Split("token=")[1];

        var shown = await api.Anonymous().PostAsync("/v1/invitations/show", new { token }).OkAsync();
        (shown.Text("organization"), (bool)shown["hasAccount"]!).ShouldBe(("Test", true));
        await api.Anonymous().PostAsync("/v1/invitations/show", new { token = "nonsense" }).ProblemAsync(400, "invalid_request");
        await api.Anonymous().PostAsync("/v1/invitations/accept", new { token, password = "another long passphrase" }).ProblemAsync(401, "unauthenticated");
        await person.Client.PostAsync("/v1/invitations/accept", new { token }).OkAsync(204);
        await person.Client.PostAsync("/v1/invitations/accept", new { token }).ProblemAsync(400, "invalid_request");
        (await person.Client.GetAsync("/v1/organizations").OkAsync()).Items().Count.ShouldBe(2);
        await person.Client.PostAsync("/v1/sign", new { url = "/v1/priv/a/b/c/img/x/v1/original.jpg" }).ProblemAsync(400, "invalid_request");
        await person.Client.GetAsync(other.Root).OkAsync();
    }

    [Fact]
    public async Task The_last_owner_stays_and_one_of_two_may_go()
    {
        var home = await api.NewHomeAsync();
        var first = await home.PersonAsync("owner");
        await first.Client.DeleteAsync($"{home.Root}/members/{first.MemberId}").ProblemAsync(403, "last_owner");
        await first.Client.PatchAsync($"{home.Root}/members/{first.MemberId}", new { role = "viewer" }).ProblemAsync(403, "last_owner");
        var second = await home.PersonAsync("owner");
        await second.Client.DeleteAsync($"{home.Root}/members/{first.MemberId}").OkAsync(204);
        await second.Client.DeleteAsync($"{home.Root}/members/{second.MemberId}").ProblemAsync(403, "last_owner");
    }

    [Fact]
    public async Task Of_owners_who_remove_each_other_at_once_one_stays()
    {
        var home = await api.NewHomeAsync();
        var owners = new List<ApiPerson>();
        for (var i = 0; i < 4; i++)
            owners.Add(await home.PersonAsync("owner"));

        await Task.WhenAll(owners.Select((owner, i) => i % 2 == 0
            ? home.Owner.DeleteAsync($"{home.Root}/members/{owner.MemberId}")
            : home.Owner.PatchAsync($"{home.Root}/members/{owner.MemberId}", new { role = "viewer" })));
        (await home.Owner.GetAsync($"{home.Root}/members").OkAsync()).Items().Count(member => (string?)member!["role"] == "owner").ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_hands_out_more_than_he_has()
    {
        var home = await api.NewHomeAsync();
        var admin = await home.PersonAsync("admin");
        var owner = await home.PersonAsync("owner");
        await admin.Client.PostAsync($"{home.Root}/members", new { email = "new@example.com", role = "owner" }).ProblemAsync(403, "forbidden");
        await admin.Client.PatchAsync($"{home.Root}/members/{admin.MemberId}", new { role = "owner" }).ProblemAsync(403, "forbidden");
        await admin.Client.DeleteAsync($"{home.Root}/members/{owner.MemberId}").ProblemAsync(403, "forbidden");
        var weak = await home.KeyAsync(["tenant:write"]);
        await weak.PostAsync($"{home.Root}/members", new { email = "new@example.com", role = "viewer" }).ProblemAsync(403, "insufficient_scope");
        await weak.PostAsync($"{home.Root}/members", new { email = "new@example.com", role = "owner" }).ProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task Wrong_invitations_are_refused()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/members", new { email = "nobody", role = "viewer" }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/members", new { email = "a@example.com" }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/members", new { email = "a@example.com", role = "viewer", tenant = "nobody" }).ProblemAsync(404, "not_found");
        await home.Owner.PostAsync($"{home.Root}/members", new { email = "a@example.com", role = "viewer" }).OkAsync(201);
        await home.Owner.PostAsync($"{home.Root}/members", new { email = "A@Example.com", role = "editor" }).ProblemAsync(409, "conflict");
    }
}
