using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.ControlPlane;

/// <summary>
/// Random requests of one organization's credentials at another's places, in every mixture of slugs, ids and methods; a leak is any answer that is not 4xx
/// or that
/// names the other's marker. 2,000 by default; <c>IMAGESERVICE_STORM</c> sets another number, <c>IMAGESERVICE_STORM_SEED</c> repeats a run.
/// </summary>
[Trait("Level", "Integration")]
public sealed class CrossTenantStormTests(ApiFactory api, ITestOutputHelper output) : IClassFixture<ApiFactory>
{
    private const string Marker = "marker-of-the-victim";

    private static readonly string[] Templates =
    [
        "/v1/organizations/{org}", "/v1/organizations/{org}/tenants", "/v1/organizations/{org}/tenants/{tenant}",
        "/v1/organizations/{org}/tenants/{tenant}/spaces",
        "/v1/organizations/{org}/tenants/{tenant}/spaces/{space}", "/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/presets",
        "/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/policies",
        "/v1/organizations/{org}/presets/{slug}", "/v1/organizations/{org}/policies/max_output_width", "/v1/organizations/{org}/api-keys/{id}",
        "/v1/organizations/{org}/members/{id}",
        "/v1/organizations/{org}/webhooks/{id}", "/v1/organizations/{org}/webhooks/{id}/deliveries", "/v1/organizations/{org}/tenants/{tenant}/signing-keys",
        "/v1/organizations/{org}/tenants/{tenant}/signing-keys/{kid}/revoke", "/v1/organizations/{org}/usage", "/v1/organizations/{org}/audit-logs",
        "/v1/organizations/{org}/audit-logs/export",
        "/v1/organizations/{org}/identity-provider", "/v1/assets/{asset}", "/v1/assets/{asset}/versions", "/v1/assets/{asset}/variants",
    ];

    [Fact]
    public async Task Nothing_leaks()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("IMAGESERVICE_STORM"), out var wanted) ? wanted : 2_000;
        var seed = int.TryParse(Environment.GetEnvironmentVariable("IMAGESERVICE_STORM_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"{count} requests, seed {seed}");
        var victim = await api.NewHomeAsync();
        var stranger = await api.NewHomeAsync();
        foreach (var home in (ApiHome[])[victim, stranger])
        {
            foreach (var limit in (string[])["rate_limit_requests", "api_rate_limit_requests"])
                await home.Owner.PutAsync($"{home.Root}/policies/{limit}", new { value = 100_000_000 }).OkAsync();
        }

        await victim.Owner.PatchAsync(victim.Root, new { name = Marker }).OkAsync();
        await victim.Owner.PatchAsync($"{victim.Root}/tenants/site", new { name = Marker }).OkAsync();
        var ids = await IdsAsync(victim);
        ApiClient[] strangers = [stranger.Owner, (await stranger.PersonAsync("owner")).Client, await stranger.KeyAsync(["image:read", "tenant:write"], "site"),
            api.Anonymous()];
        var random = new Random(seed);
        List<string> leaks = [];
        for (var i = 0; i < count; i++)
        {
            var template = Templates[random.Next(Templates.Length)];
            var method = (HttpMethod[])[HttpMethod.Get, HttpMethod.Get, HttpMethod.Patch, HttpMethod.Delete, HttpMethod.Put, HttpMethod.Post];
            var chosen = method[random.Next(method.Length)];
            var path = Fill(template, victim, ids, random);
            using var answer = await strangers[random.Next(strangers.Length)].SendAsync(
                chosen, path, chosen == HttpMethod.Get || chosen == HttpMethod.Delete ? null : new { name = "mine", value = 1 },
                random.Next(4) == 0 ? [("X-Organization", victim.Slug)] : []);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            if ((int)answer.StatusCode is < 400 or >= 500 || text.Contains(Marker, StringComparison.Ordinal))
                leaks.Add($"{chosen} {path}: {(int)answer.StatusCode}");
        }

        leaks.ShouldBeEmpty($"seed {seed}");
        (await victim.Owner.GetAsync(victim.Root).OkAsync()).Text("name").ShouldBe(Marker);
        (await victim.Owner.GetAsync($"{victim.Root}/tenants/site").OkAsync()).Text("name").ShouldBe(Marker);
    }

    private static async Task<string[]> IdsAsync(ApiHome home)
    {
        var webhook =
            await home.Owner.PostAsync($"{home.Root}/webhooks", new { url = $"https://93.184.216.34/{Marker}", events = (string[])["asset.uploaded"] })
                .OkAsync(201);
        var member = await home.Owner.PostAsync($"{home.Root}/members", new { email = $"{Marker}@example.com", role = "viewer" }).OkAsync(201);
        await home.Owner.PostAsync($"{home.Root}/presets", new { slug = "card", name = Marker, operations = "w_1" }).OkAsync(201);
        var key = (string)(await home.Owner.GetAsync($"{home.Root}/api-keys").OkAsync()).Items()[0]!["id"]!;
        var kid = (string)(await home.Owner.GetAsync($"{home.Root}/tenants/site/signing-keys").OkAsync()).Items()[0]!["kid"]!;
        return [webhook.Text("id"), member.Text("id"), key, kid];
    }

    private static string Fill(string template, ApiHome victim, string[] ids, Random random) => template
        .Replace("{org}", victim.Slug, StringComparison.Ordinal)
        .Replace("{tenant}", random.Next(4) == 0 ? "nobody" : "site", StringComparison.Ordinal)
        .Replace("{space}", random.Next(2) == 0 ? "open" : "closed", StringComparison.Ordinal)
        .Replace("{slug}", "card", StringComparison.Ordinal)
        .Replace("{kid}", ids[3], StringComparison.Ordinal)
        .Replace("{id}", ids[random.Next(3)], StringComparison.Ordinal)
        .Replace("{asset}", "01ARZ3NDEKTSV4RRFFQ69G5FAV", StringComparison.Ordinal);
}
