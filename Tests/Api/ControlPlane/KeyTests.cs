using ImageService.Core.Access;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

[Trait("Level", "Integration")]
public sealed class KeyTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Fact]
    public async Task A_key_is_shown_once_and_only_its_hash_is_kept()
    {
        var home = await api.NewHomeAsync();
        var created = await home.Owner.PostAsync($"{home.Root}/api-keys", new { name = "Reader", scopes = (string[])["image:read"] }).OkAsync(201);
        var text = created.Text("key");
        text.ShouldStartWith($"imgsvc_{created.Text("keyId")}.");

        (await home.Owner.GetAsync($"{home.Root}/api-keys").OkAsync()).ToJsonString().ShouldNotContain(text[^30..]);
        (await home.Owner.GetAsync($"{home.Root}/api-keys/{created.Text("id")}").OkAsync()).ContainsKey("key").ShouldBeFalse();
        (await api.AsOwnerAsync($"SELECT count(*) FROM api_keys k WHERE k::text LIKE '%{text[^30..]}%'")).ShouldBe(0L);
        await api.WithKey(text).GetAsync(home.Root).OkAsync();
        await api.Services.GetRequiredService<ApiKeyUses>().FlushAsync(TestContext.Current.CancellationToken);
        (await home.Owner.GetAsync($"{home.Root}/api-keys/{created.Text("id")}").OkAsync())["lastUsedAt"].ShouldNotBeNull();
    }

    [Fact]
    public async Task A_revoked_key_ends_and_a_rotated_one_lives_on_for_its_grace()
    {
        var home = await api.NewHomeAsync();
        var created = await home.Owner.PostAsync($"{home.Root}/api-keys", new { name = "Reader", scopes = (string[])["image:read"] }).OkAsync(201);
        var path = $"{home.Root}/api-keys/{created.Text("id")}";
        var old = api.WithKey(created.Text("key"));
        await old.GetAsync(home.Root).OkAsync();

        var rotated = await home.Owner.PostAsync($"{path}/rotate", new { graceSeconds = 600 }).OkAsync();
        await old.GetAsync(home.Root).OkAsync();
        await api.WithKey(rotated.Text("key")).GetAsync(home.Root).OkAsync();

        var last = api.WithKey((await home.Owner.PostAsync($"{path}/rotate").OkAsync()).Text("key"));
        await Probe.UntilAsync(async () => (int)(await old.GetAsync(home.Root)).StatusCode == 401, "a secret before the last is refused");
        await last.GetAsync(home.Root).OkAsync();
        await home.Owner.DeleteAsync(path).OkAsync(204);
        await Probe.UntilAsync(async () => (int)(await last.GetAsync(home.Root)).StatusCode == 401, "a revoked key is refused");
        await home.Owner.PostAsync($"{path}/rotate").ProblemAsync(409, "conflict");
    }

    [Fact]
    public async Task Whoever_holds_a_key_can_revoke_it()
    {
        var home = await api.NewHomeAsync();
        var leaked = await home.KeyAsync(["image:read"]);
        await leaked.DeleteAsync("/v1/api-keys/current").OkAsync(204);
        await Probe.UntilAsync(async () => (int)(await leaked.GetAsync(home.Root)).StatusCode == 401, "the key is refused");
    }

    [Fact]
    public async Task No_key_makes_or_rotates_one_that_can_do_more()
    {
        var home = await api.NewHomeAsync();
        var weak = await home.KeyAsync(["key:write", "image:read"]);
        await weak.PostAsync($"{home.Root}/api-keys", new { name = "More", scopes = (string[])["image:write"] }).ProblemAsync(403, "insufficient_scope");
        await weak.PostAsync($"{home.Root}/api-keys", new { name = "Same", scopes = (string[])["image:read"] }).OkAsync(201);
        var strong = ((string?)(await home.Owner.GetAsync($"{home.Root}/api-keys").OkAsync()).Items()[0]!["id"])!;
        await weak.PostAsync($"{home.Root}/api-keys/{strong}/rotate").ProblemAsync(403, "insufficient_scope");

        var bound = await home.KeyAsync(["key:write", "image:read"], tenant: "site");
        await bound.PostAsync($"{home.Root}/api-keys", new { name = "Wide", scopes = (string[])["image:read"] }).ProblemAsync(403, "insufficient_scope");
        await bound.PostAsync($"{home.Root}/api-keys", new { name = "Own", scopes = (string[])["image:read"], tenant = "site" }).OkAsync(201);
        await bound.GetAsync($"{home.Root}/api-keys/{strong}").ProblemAsync(404, "not_found");
        (await bound.GetAsync($"{home.Root}/api-keys").OkAsync()).Items().ShouldAllBe(key => (string?)key!["tenant"] == "site");
    }

    [Fact]
    public async Task A_key_with_all_scopes_is_an_owners_and_only_owners_get_one()
    {
        var home = await api.NewHomeAsync();
        string[] all = [.. Scopes.All];
        var admin = await home.PersonAsync("admin");
        await admin.Client.PostAsync($"{home.Root}/api-keys", new { name = "Owner by the back door", scopes = all }).ProblemAsync(403, "forbidden");
        await admin.Client.PostAsync($"{home.Root}/api-keys", new { name = "The same in one tenant", scopes = all, tenant = "site" })
            .ProblemAsync(403, "forbidden");
        await admin.Client.PostAsync($"{home.Root}/api-keys", new { name = "One less", scopes = all[1..] }).OkAsync(201);
        var first = (string?)(await home.Owner.GetAsync($"{home.Root}/api-keys").OkAsync()).Items()[0]!["id"];
        await admin.Client.PostAsync($"{home.Root}/api-keys/{first}/rotate").ProblemAsync(403, "forbidden");
        var owner = await home.PersonAsync("owner");
        await owner.Client.PostAsync($"{home.Root}/api-keys", new { name = "An owner's", scopes = all }).OkAsync(201);
    }

    [Fact]
    public async Task A_key_that_ends_or_is_bound_to_addresses_makes_none_that_outlives_or_outreaches_it()
    {
        var home = await api.NewHomeAsync();
        string[] scopes = ["key:write", "image:read"];
        var end = DateTimeOffset.UtcNow.AddHours(1);
        var free = (await home.Owner.PostAsync($"{home.Root}/api-keys", new { name = "Free", scopes }).OkAsync(201)).Text("id");
        var ending =
            api.WithKey((await home.Owner.PostAsync($"{home.Root}/api-keys", new { name = "Ending", scopes, expiresAt = end }).OkAsync(201)).Text("key"));
        await ending.PostAsync($"{home.Root}/api-keys", new { name = "x", scopes }).ProblemAsync(403, "insufficient_scope");
        await ending.PostAsync($"{home.Root}/api-keys", new { name = "x", scopes, expiresAt = end.AddHours(1) }).ProblemAsync(403, "insufficient_scope");
        await ending.PostAsync($"{home.Root}/api-keys", new { name = "x", scopes, expiresAt = end.AddMinutes(-5) }).OkAsync(201);
        await ending.PostAsync($"{home.Root}/api-keys/{free}/rotate").ProblemAsync(403, "insufficient_scope");
    }

    [Fact]
    public async Task A_tenant_that_is_not_the_callers_is_not_there_in_bodies_and_queries_either()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "other", name = "Other" }).OkAsync(201);
        var bound = await home.KeyAsync(["key:write", "tenant:write", "usage:read", "image:read"], tenant: "site");
        foreach (var tenant in (string[])["other", "nobody"])
        {
            await bound.PostAsync($"{home.Root}/api-keys", new { name = "x", scopes = (string[])["image:read"], tenant }).ProblemAsync(404, "not_found");
            await bound.PostAsync($"{home.Root}/members", new { email = "x@example.com", role = "viewer", tenant }).ProblemAsync(404, "not_found");
            await bound.GetAsync($"{home.Root}/usage?tenant={tenant}").ProblemAsync(404, "not_found");
        }
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7/32")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7/32")]
    [InlineData("::ffff:203.0.113.0/120", "203.0.113.0/24")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("10.1", null)]
    [InlineData("1.2.3", null)]
    [InlineData("0x7f.0.0.1", null)]
    [InlineData("fe80::1%eth0", null)]
    [InlineData("203.0.113.0/33", null)]
    [InlineData("203.0.113.0/", null)]
    [InlineData("203.0.113.0/-1", null)]
    [InlineData("", null)]
    public void Addresses_are_read_strictly(string text, string? network) => AddressRange.Read(text)?.ToString().ShouldBe(network);

    [Fact]
    public async Task A_wrong_request_for_a_key_is_refused()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/api-keys", new { name = "x" }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/api-keys", new { name = "x", scopes = (string[])["all"] }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/api-keys", new { name = "x", scopes = (string[])["image:read"], expiresAt = "2020-01-01T00:00:00Z" })
            .ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/api-keys", new { name = "x", scopes = (string[])["image:read"], allowedAddresses = (string[])["home"] })
            .ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/api-keys", new { name = "x", scopes = (string[])["image:read"], tenant = "nobody" })
            .ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task A_key_bound_to_other_addresses_is_refused()
    {
        var home = await api.NewHomeAsync();
        var created =
            await home.Owner.PostAsync($"{home.Root}/api-keys",
                new { name = "x", scopes = (string[])["image:read"], allowedAddresses = (string[])["203.0.113.7"] }).OkAsync(201);
        ((string?)created["allowedAddresses"]![0]).ShouldBe("203.0.113.7/32");
        await api.WithKey(created.Text("key")).GetAsync(home.Root).ProblemAsync(401, "unauthenticated");
    }

    [Fact]
    public async Task Signing_keys_rotate_with_grace_and_are_revoked_at_once()
    {
        var home = await api.NewHomeAsync();
        var keys = $"{home.Root}/tenants/site/signing-keys";
        var first = (string)(await home.Owner.GetAsync(keys).OkAsync()).Items()[0]!["kid"]!;
        var rotated = await home.Owner.PostAsync($"{keys}/rotate", new { graceSeconds = 600 }).OkAsync(201);
        rotated.Text("secret").Length.ShouldBe(43);

        var listed = (await home.Owner.GetAsync(keys).OkAsync()).Items()
            .ToDictionary(key => (string)key!["kid"]!, key => (string)key!["state"]!, StringComparer.Ordinal);
        listed.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { [rotated.Text("kid")] = "active", [first] = "verify_only" },
            ignoreOrder: true);
        (await home.Owner.GetAsync(keys).OkAsync()).ToJsonString().ShouldNotContain(rotated.Text("secret"));

        (await home.Owner.PostAsync($"{keys}/{rotated.Text("kid")}/revoke").OkAsync()).Text("state").ShouldBe("revoked");
        (await home.Owner.GetAsync(keys).OkAsync()).Items().Count(key => (string?)key!["state"] == "active").ShouldBe(1, "signing goes on with a new key");
        await home.Owner.PostAsync($"{keys}/nobody/revoke").ProblemAsync(404, "not_found");
    }

    [Fact]
    public async Task Sixteen_parallel_rotations_leave_one_active_signing_key()
    {
        var home = await api.NewHomeAsync();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => home.Owner.PostAsync($"{home.Root}/tenants/site/signing-keys/rotate").OkAsync(201)));
        (await home.Owner.GetAsync($"{home.Root}/tenants/site/signing-keys").OkAsync()).Items().Count(key => (string?)key!["state"] == "active").ShouldBe(1);
    }
}
