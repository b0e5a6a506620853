using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.RateLimiting;

public sealed class GuessLimiterTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    private const int Limit = 3;

    protected override Dictionary<string, string?> Settings => new()
    {
        ["Api:RateLimiting:GuessesPerMinute"] = Limit.ToString(CultureInfo.InvariantCulture),
        ["Api:RateLimiting:SpareLoopback"] = "false",
        ["Api:TrustedProxies:0"] = "127.0.0.1",
        ["Api:TrustedProxies:1"] = "::1",
    };

    [Fact]
    public async Task One_address_cannot_try_a_password_on_account_after_account()
    {
        for (var i = 0; i < Limit; i++)
            (await PostAsync("/v1/sessions", new { email = $"person{i}@example.com", password = "Spring2026!" }, "203.0.113.7")).Status.ShouldBe(401);
        var (status, problem, retryAfter) = await PostAsync("/v1/sessions", new { email = "person9@example.com", password = "Spring2026!" }, "203.0.113.7");
        (status, (string?)problem["code"]).ShouldBe((429, "rate_limited"));
        retryAfter.ShouldBeInRange(1, 63);
        (await PostAsync("/v1/sessions", new { email = "person9@example.com", password = "Spring2026!" }, "203.0.113.8")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task Reset_mails_invitations_and_codes_count_with_passwords_and_a_whole_IPv6_network_counts_as_one()
    {
        // Without a mail server the request fails, but it is counted like one that succeeds.
        (await PostAsync("/v1/password-resets", new { email = "a@example.com" }, "2001:db8:1:2::1")).Status.ShouldBe(409);
        (await PostAsync("/v1/password-resets/complete", new { token = "nonsense", password = "correct horse battery" },
            "2001:db8:1:2::2")).Status.ShouldBe(400);
        (await PostAsync("/v1/invitations/accept", new { token = "nonsense" }, "2001:db8:1:2:ffff::3")).Status.ShouldBeInRange(400, 412);
        foreach (var path in (string[])
            ["/v1/password-resets", "/v1/password-resets/complete", "/v1/invitations/show", "/v1/invitations/accept", "/v1/sessions"])
            (await PostAsync(path, new { email = "a@example.com" }, "2001:db8:1:2::4")).Status.ShouldBe(429, path);
        (await PostAsync("/v1/sessions", new { email = "a@example.com", password = "x" }, "2001:db8:1:3::1")).Status.ShouldBe(401);
    }

    [Fact]
    public async Task An_address_that_nobody_trusted_has_told_is_not_believed()
    {
        await using var direct =
            await GatewayStack.StartAsync(Servers, new() { ["Api:RateLimiting:GuessesPerMinute"] = "1", ["Api:RateLimiting:SpareLoopback"] = "false" });
        (await PostAsync(direct, "/v1/sessions", new { email = "a@example.com", password = "x" }, "203.0.113.1")).Status.ShouldBe(401);
        (await PostAsync(direct, "/v1/sessions", new { email = "a@example.com", password = "x" }, "203.0.113.2")).Status.ShouldBe(429);
    }

    private Task<(int Status, JsonObject Problem, double RetryAfter)> PostAsync(string path, object body, string from) => PostAsync(Stack, path, body, from);

    private static async Task<(int Status, JsonObject Problem, double RetryAfter)> PostAsync(GatewayStack stack, string path, object body, string from)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(stack.Url, path)) { Content = JsonContent.Create(body, body.GetType()) };
        request.Headers.Add("X-Forwarded-For", from);
        using var response = await stack.Http.SendAsync(request, Ct);
        return ((int)response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>(Ct))!, response.Headers.RetryAfter?.Delta?.TotalSeconds ?? 0);
    }
}
