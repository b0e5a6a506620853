using System.Net;
using ImageService.Api.Authentication;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.RateLimiting;

/// <summary>Whose calls count where, and that refused ones do.</summary>
[Trait("Level", "Integration")]
public sealed class ManagementRateLimitTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Theory]
    [InlineData("/v1/organizations/{org}/api-keys", HttpStatusCode.Forbidden)]
    [InlineData("/v1/organizations/another/tenants", HttpStatusCode.NotFound)]
    [InlineData("/v1/assets/01ARZ3NDEKTSV4RRFFQ69G5FAV", HttpStatusCode.NotFound)]
    public async Task Refused_calls_of_a_valid_key_count_like_any_other(string path, HttpStatusCode refused)
    {
        var home = await api.NewHomeAsync();
        var weak = await home.KeyAsync(["image:read"]);
        await home.Owner.PutAsync($"{home.Root}/policies/api_rate_limit_requests", new { value = 100 }).OkAsync();
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 110; i++)
        {
            using var response = await weak.GetAsync(path.Replace("{org}", home.Slug, StringComparison.Ordinal));
            statuses.Add(response.StatusCode);
            response.Headers.Contains("X-RateLimit-Remaining").ShouldBeTrue();
        }

        statuses.Count(status => status == refused).ShouldBeInRange(50, 100, "less what was leased before the limit was set");
        statuses[^1].ShouldBe(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_tenants_limit_counts_that_tenants_calls_alone()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/tenants", new { slug = "other", name = "Other" }).OkAsync(201);
        await home.Owner.PutAsync($"{home.Root}/tenants/site/policies/api_rate_limit_requests", new { value = 3 }).OkAsync();
        foreach (var path in (string[])["/tenants/other/spaces", "/tenants", "/presets"])
            await home.Owner.GetAsync(home.Root + path).OkAsync();
        for (var i = 0; i < 3; i++)
            await home.Owner.GetAsync($"{home.Root}/tenants/site/spaces").OkAsync();
        (await home.Owner.GetAsync($"{home.Root}/tenants/site/spaces").ProblemAsync(429, "rate_limited")).Text("detail").ShouldContain("for the tenant");
        await home.Owner.GetAsync($"{home.Root}/tenants/other/spaces").OkAsync();
    }

    [Fact]
    public async Task A_spaces_limit_counts_that_spaces_images_alone()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PutAsync($"{home.Root}/tenants/site/spaces/open/policies/rate_limit_requests", new { value = 3 }).OkAsync();
        (await StatusesAsync(home, "closed", 6)).ShouldAllBe(status => status == HttpStatusCode.NotFound,
            "others' requests do not use the space's limit up, nor it theirs");
        (await StatusesAsync(home, "open",
            4)).ShouldBe([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.TooManyRequests]);
        (await StatusesAsync(home, "closed", 2)).ShouldAllBe(status => status == HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Knocking_does_not_grow_the_audit_log_it_is_summed()
    {
        var home = await api.NewHomeAsync();
        var weak = await home.KeyAsync(["image:read"]);
        for (var i = 0; i < 200; i++)
            await weak.GetAsync($"{home.Root}/api-keys").ProblemAsync(403, "insufficient_scope");
        (await LinesAsync(home)).Count.ShouldBe(1);

        await api.Services.GetRequiredService<RefusalAudit>().WriteSumsAsync(TestContext.Current.CancellationToken);
        var lines = await LinesAsync(home);
        lines.Count.ShouldBe(2);
        ((int)lines[0]!["after"]!["count"]!, (string?)lines[0]!["after"]!["code"],
            (string?)lines[0]!["actor"]!["name"]).ShouldBe((199, "insufficient_scope", "Test key"));
        (await home.Owner.GetAsync($"{home.Root}/audit-logs/verify").OkAsync())["intact"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task However_many_routes_are_knocked_at_few_lines_are_written_at_once()
    {
        var home = await api.NewHomeAsync();
        var weak = await home.KeyAsync(["usage:read"]);
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post, HttpMethod.Delete, HttpMethod.Put, HttpMethod.Patch])
        {
            foreach (var path in (string[])["api-keys", "tenants", "presets", "members", "webhooks", "policies/cors_origins", "tenants/site",
                "tenants/site/presets", "tenants/site/spaces", "presets/x", "api-keys/x/rotate"])
            {
                using var response = await weak.SendAsync(method, $"{home.Root}/{path}", null);
                ((int)response.StatusCode).ShouldBeLessThan(500);
            }
        }

        (await LinesAsync(home)).Count.ShouldBeInRange(10, RefusalAudit.LinesPerPeriod);
    }

    private static async Task<System.Text.Json.Nodes.JsonArray> LinesAsync(ApiHome home) =>
        (await home.Owner.GetAsync($"{home.Root}/audit-logs?action=access.refused&limit=500").OkAsync()).Items();

    private async Task<List<HttpStatusCode>> StatusesAsync(ApiHome home, string space, int times)
    {
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < times; i++)
        {
            using var response = await api.Anonymous().GetAsync($"/v1/pub/{home.Slug}/site/{space}/img/01ARZ3NDEKTSV4RRFFQ69G5FAV/v1/w_1.jpg");
            statuses.Add(response.StatusCode);
        }

        return statuses;
    }
}
