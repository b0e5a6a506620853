using System.Text;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

/// <summary>Bodies and parameters that no sane program sends: each is a problem that says so, never a failure.</summary>
[Trait("Level", "Integration")]
public sealed class BodyTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    [Theory]
    [InlineData("""{"name":"x","scopes":["image:read"],"allowedAdresses":["203.0.113.7"]}""", "$.allowedAdresses")]
    [InlineData("""{"name":"x","name":"y","scopes":["image:read"]}""", "$.name")]
    [InlineData("""{"name":"x","scopes":"image:read"}""", "$.scopes")]
    [InlineData("""{"name":1e400,"scopes":["image:read"]}""", "$.name")]
    [InlineData("""{"name":"x","scopes":["image:read"]}x""", "JSON")]
    [InlineData("", "body")]
    [InlineData("null", "body")]
    [InlineData("[]", "JSON")]
    public async Task An_unreadable_body_is_refused_and_the_place_is_named(string body, string named)
    {
        var home = await api.NewHomeAsync();
        var problem = await home.Owner.SendAsync(HttpMethod.Post, $"{home.Root}/api-keys", Json(Encoding.UTF8.GetBytes(body)))
            .ProblemAsync(400, "invalid_request");
        problem.Text("detail").ShouldContain(named);
    }

    [Fact]
    public async Task Neither_depth_nor_length_nor_broken_text_fails_the_service()
    {
        var home = await api.NewHomeAsync();
        byte[][] bodies =
        [
            Encoding.ASCII.GetBytes(new string('[', 100_000)),
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 1000)) + "1" + new string('}', 1000)),
            [.. "{\"slug\":\""u8, 0xff, 0xfe, .. "\",\"name\":\"x\"}"u8],
            [.. "{\""u8, 0xc3, 0x28, .. "\":1}"u8],
            [.. "{\"value\":[\""u8, 0xc3, 0x28, .. "\"]}"u8],
            [.. "{\"value\":{\""u8, 0xc3, 0x28, .. "\":1}}"u8],
            "{\"slug\":\"\\ud800\",\"name\":\"x\"}"u8.ToArray(),
        ];
        foreach (var body in bodies)
        {
            await home.Owner.SendAsync(HttpMethod.Post, $"{home.Root}/tenants", Json(body)).ProblemAsync(400, "invalid_request");
            await home.Owner.SendAsync(HttpMethod.Put, $"{home.Root}/policies/cors_origins", Json(body)).ProblemAsync(400, "invalid_request");
            await home.Owner.SendAsync(HttpMethod.Patch, "/v1/assets/01ARZ3NDEKTSV4RRFFQ69G5FAV", Json(body)).ProblemAsync(400, "invalid_request");
            await home.Owner.SendAsync(HttpMethod.Post, "/v1/imports", Json(body)).ProblemAsync(400, "invalid_request");
        }
    }

    [Fact]
    public async Task A_body_that_says_not_what_it_is_is_refused()
    {
        var home = await api.NewHomeAsync();
        foreach (var type in (string?[])[null, "text/plain", "application/xml"])
        {
            using var body = new ByteArrayContent("{}"u8.ToArray());
            body.Headers.ContentType = type is null ? null : new(type);
            await home.Owner.SendAsync(HttpMethod.Patch, "/v1/assets/01ARZ3NDEKTSV4RRFFQ69G5FAV", body).ProblemAsync(400, "invalid_request");
        }
    }

    [Fact]
    public async Task A_nul_is_refused_wherever_it_would_meet_the_registry()
    {
        var home = await api.NewHomeAsync();
        await home.Owner.PostAsync($"{home.Root}/members", new { email = "x@example.com", role = "viewer", tenant = "\0" })
            .ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "p", operations = "w_1", description = "a\0b" }).ProblemAsync(400, "invalid_request");
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "p", operations = "w_1", matchTags = (string[])["\0"] })
            .ProblemAsync(400, "invalid_request");
        foreach (var path in (string[])[$"{home.Root}/audit-logs?actor=%00", $"{home.Root}/audit-logs/export?action=%00", $"{home.Root}/usage?tenant=%00",
            "/v1/assets?tag=%00&tenant=site&space=open"])
            await home.Owner.GetAsync(path).ProblemAsync(400, "invalid_request");
    }

    [Theory]
    [InlineData("to=0001-01-01T00:00:00Z")]
    [InlineData("from=9999-12-31T23:59:59Z")]
    [InlineData("from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z")]
    public async Task The_ends_of_time_are_refused(string query)
    {
        var home = await api.NewHomeAsync();
        await home.Owner.GetAsync($"{home.Root}/usage?{query}").ProblemAsync(400, "invalid_request");
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new("application/json") } };
}
