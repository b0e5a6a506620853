using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Acceptance;

/// <summary>The contract's "Control plane" and "Errors", from outside.</summary>
public sealed class ControlPlaneTests(RunningStack stack) : AcceptanceTest(stack)
{
    [Fact]
    public async Task Nobody_manages_without_a_key()
    {
        using var home = await NewHomeAsync();
        using var anonymous = await AnonymousAsync();
        await anonymous.GetAsync($"{home.Root}/tenants").ShouldBeProblem(HttpStatusCode.Unauthorized);
        await anonymous.PostAsync("/v1/organizations", new { slug = "x", name = "x" }).ShouldBeProblem(HttpStatusCode.Unauthorized);
        using var wrong = new Caller(anonymous.Api, "imgsvc_nobody.nothing");
        await wrong.GetAsync($"{home.Root}/tenants").ShouldBeProblem(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_taken_slug_is_409_and_a_wrong_one_400()
    {
        using var home = await NewHomeAsync();
        await home.Caller.PostAsync($"{home.Root}/tenants", new { slug = "site", name = "Again" }).ShouldBeProblem(HttpStatusCode.Conflict);
        await home.Caller.PostAsync($"{home.Root}/tenants", new { slug = "No Good", name = "x" }).ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Another_organization_sees_nothing_and_both_answers_look_the_same()
    {
        using var home = await NewHomeAsync();
        using var stranger = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(60, 60, seed: 401));
        var id = asset["id"].Text();
        var theirs = await stranger.Caller.GetAsync($"/v1/assets/{id}").ShouldBeProblem(HttpStatusCode.NotFound);
        var nobodys = await stranger.Caller.GetAsync("/v1/assets/01ARZ3NDEKTSV4RRFFQ69G5FAV").ShouldBeProblem(HttpStatusCode.NotFound);
        theirs["detail"].Text().ShouldBe(nobodys["detail"].Text());
        foreach (var path in (string[])[home.Root, $"{home.Root}/tenants", $"{home.Root}/api-keys", $"{home.Root}/audit-logs", $"{home.Root}/policies"])
        {
            using var response = await stranger.Caller.GetAsync(path);
            response.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task A_key_does_what_its_scopes_say_and_ends_when_revoked()
    {
        using var home = await NewHomeAsync();
        using var created = await home.Caller.PostAsync($"{home.Root}/api-keys", new { name = "Reader", scopes = (string[])["image:read"] })
            .ShouldBe(HttpStatusCode.Created);
        var key = await created.JsonAsync();
        using var reader = new Caller(home.Caller.Api, key["key"].Text());
        (await reader.GetAsync("/v1/assets?tenant=site&space=open").ShouldBe(HttpStatusCode.OK)).Dispose();
        await reader.UploadAsync(Pictures.Jpeg(30, 30, seed: 402), "site", "open").ShouldBeProblem(HttpStatusCode.Forbidden);
        await reader.GetAsync($"{home.Root}/audit-logs").ShouldBeProblem(HttpStatusCode.Forbidden);
        (await home.Caller.DeleteAsync($"{home.Root}/api-keys/{key["id"].Text()}")).IsSuccessStatusCode.ShouldBeTrue();
        await Eventually.HoldsAsync(async () => (await reader.GetAsync("/v1/assets?tenant=site&space=open")).StatusCode == HttpStatusCode.Unauthorized,
            TimeSpan.FromSeconds(5));
        using var listed = await home.Caller.GetAsync($"{home.Root}/api-keys").ShouldBe(HttpStatusCode.OK);
        (await listed.Content.ReadAsStringAsync()).ShouldNotContain(key["key"].Text());
    }

    [Fact]
    public async Task A_stale_if_match_is_412()
    {
        using var home = await NewHomeAsync();
        using var before = await home.Caller.GetAsync($"{home.Root}/tenants/site").ShouldBe(HttpStatusCode.OK);
        var tag = before.Headers.ETag.ShouldNotBeNull().ToString();
        (await home.Caller.PatchAsync($"{home.Root}/tenants/site", new { name = "One" }, ("If-Match", tag)).ShouldBe(HttpStatusCode.OK)).Dispose();
        await home.Caller.PatchAsync($"{home.Root}/tenants/site", new { name = "Two" }, ("If-Match", tag)).ShouldBeProblem(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task A_repeated_idempotency_key_creates_once()
    {
        using var home = await NewHomeAsync();
        var body = new { slug = "once", name = "Once" };
        using var first = await home.Caller.PostAsync($"{home.Root}/tenants", body, ("Idempotency-Key", "k-1")).ShouldBe(HttpStatusCode.Created);
        using var second = await home.Caller.PostAsync($"{home.Root}/tenants", body, ("Idempotency-Key", "k-1")).ShouldBe(HttpStatusCode.Created);
        (await second.JsonAsync())["id"].Text().ShouldBe((await first.JsonAsync())["id"].Text());
    }

    [Fact]
    public async Task A_policy_is_inherited_overridden_locked_and_says_where_it_comes_from()
    {
        using var home = await NewHomeAsync();
        await home.SetPolicyAsync("max_output_width", 500);
        var effective = await PolicyAsync(home, "/tenants/site/spaces/open", "max_output_width");
        ((int)effective["effective"]!, (int)effective["default"]!, effective["source"]!["level"].Text()).ShouldBe((500, 8192, "organization"));
        var asset = await home.UploadAsync(Pictures.Jpeg(900, 600, seed: 403));
        await Eventually.HoldsAsync(async () => (await home.Caller.GetAsync(home.Public(asset, "w_600.jpg"))).StatusCode == HttpStatusCode.Forbidden,
            TimeSpan.FromSeconds(5));
        (await home.Caller.GetAsync(home.Public(asset, "w_500.jpg")).ShouldBe(HttpStatusCode.OK)).Dispose();

        await home.SetPolicyAsync("max_output_width", 700, "/tenants/site/spaces/open");
        await Eventually.HoldsAsync(async () => (await home.Caller.GetAsync(home.Public(asset, "w_600.jpg"))).StatusCode == HttpStatusCode.OK,
            TimeSpan.FromSeconds(5));

        (await home.Caller.PutAsync($"{home.Root}/policies/max_output_width", new { value = 400, locked = true }).ShouldBe(HttpStatusCode.OK)).Dispose();
        await home.Caller.PutAsync($"{home.Root}/tenants/site/spaces/open/policies/max_output_width", new { value = 800 })
            .ShouldBeProblem(HttpStatusCode.Forbidden);
        await Eventually.HoldsAsync(async () => (await home.Caller.GetAsync(home.Public(asset, "w_600.jpg"))).StatusCode == HttpStatusCode.Forbidden,
            TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_storage_quota_refuses_what_does_not_fit()
    {
        using var home = await NewHomeAsync();
        var bytes = Pictures.Jpeg(400, 300, seed: 404);
        await home.SetPolicyAsync("quota_storage_bytes", bytes.Length + 10);
        await home.UploadAsync(bytes);
        await home.Caller.UploadAsync(Pictures.Jpeg(400, 300, seed: 405), "site", "open").ShouldBeProblem(HttpStatusCode.Forbidden, "quota_exceeded");
    }

    [Fact]
    public async Task Usage_tells_what_a_space_serves_and_holds()
    {
        using var home = await NewHomeAsync();
        var bytes = Pictures.Jpeg(200, 150, seed: 408);
        var asset = await home.UploadAsync(bytes);
        await home.ImageAsync(asset, "w_20.jpg");
        await Eventually.HoldsAsync(
            async () =>
            {
                using var response = await home.Caller.GetAsync($"{home.Root}/usage?groupBy=space").ShouldBe(HttpStatusCode.OK);
                var line = (await response.JsonAsync())["items"]!.AsArray()
                    .SingleOrDefault(item => (string?)item!["space"] == "open" && (long)item["requests"]! > 0);
                return line is not null && (long)line["storageBytes"]! >= bytes.Length && (long)line["transforms"]! >= 1 && (long)line["bandwidthBytes"]! > 0;
            },
            TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_rate_limit_is_429_with_its_headers()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(60, 60, seed: 406));
        await home.SetPolicyAsync("rate_limit_requests", 20);
        HttpResponseMessage? refused = null;
        for (var i = 0; i < 400 && refused is null; i++)
        {
            var response = await home.Caller.GetAsync(home.Public(asset, "w_10.jpg"));
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                refused = response;
            else
                response.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        refused.ShouldNotBeNull();
        refused.Headers.RetryAfter.ShouldNotBeNull();
        refused.Headers.GetValues("X-RateLimit-Limit").Single().ShouldBe("20");
        refused.Headers.GetValues("X-RateLimit-Remaining").Single().ShouldBe("0");
        refused.Headers.Contains("X-RateLimit-Reset").ShouldBeTrue();
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_log_and_the_chain_verifies()
    {
        using var home = await NewHomeAsync();
        await home.UploadAsync(Pictures.Jpeg(60, 60, seed: 407));
        using var response = await home.Caller.GetAsync($"{home.Root}/audit-logs").ShouldBe(HttpStatusCode.OK);
        var items = (await response.JsonAsync())["items"]!.AsArray();
        items.Count.ShouldBeGreaterThanOrEqualTo(4);
        foreach (var member in (string[])["id", "at", "actor", "action", "resource"])
            items[0]![member].ShouldNotBeNull(member);
        using var verified = await home.Caller.GetAsync($"{home.Root}/audit-logs/verify").ShouldBe(HttpStatusCode.OK);
        verified.Dispose();
    }

    [Fact]
    public async Task The_portals_owner_signs_in_and_out()
    {
        var summary = await Stack.SummaryAsync();
        using var anonymous = await AnonymousAsync();
        await anonymous.PostAsync("/v1/sessions", new { email = summary.PortalUser, password = "wrong" }).ShouldBeProblem(HttpStatusCode.Unauthorized);
        using var signedIn = await anonymous.PostAsync("/v1/sessions", new { email = summary.PortalUser, password = summary.PortalPassword });
        signedIn.IsSuccessStatusCode.ShouldBeTrue(await signedIn.Content.ReadAsStringAsync());
        var bearer = ("Authorization", $"Bearer {(await signedIn.JsonAsync())["token"].Text()}");
        (await anonymous.GetAsync($"/v1/assets?tenant={summary.Tenant}&space={summary.Spaces["public"]}", bearer).ShouldBe(HttpStatusCode.OK)).Dispose();
        (await anonymous.DeleteAsync("/v1/sessions/current", bearer)).IsSuccessStatusCode.ShouldBeTrue();
        await Eventually.HoldsAsync(
            async () =>
                (await anonymous.GetAsync($"/v1/assets?tenant={summary.Tenant}&space={summary.Spaces["public"]}",
                    bearer)).StatusCode == HttpStatusCode.Unauthorized,
            TimeSpan.FromSeconds(5));
    }

    private static async Task<JsonNode> PolicyAsync(Home home, string below, string key)
    {
        using var response = await home.Caller.GetAsync($"{home.Root}{below}/policies").ShouldBe(HttpStatusCode.OK);
        return (await response.JsonAsync())["items"]!.AsArray().Single(item => (string)item!["key"]! == key)!;
    }
}
