using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Xunit;

namespace ImageService.Tests.Acceptance;

/// <summary>Base of the black-box suites: an organization of its own for each test, made through the Api with the platform key.</summary>
[Trait("Level", "Acceptance")]
public abstract class AcceptanceTest(IStack stack)
{
    protected IStack Stack { get; } = stack;

    protected async Task<Caller> AnonymousAsync() => new(new Uri((await Stack.SummaryAsync()).Api), apiKey: null);

    protected async Task<Caller> PlatformAsync()
    {
        var summary = await Stack.SummaryAsync();
        return new Caller(new Uri(summary.Api), summary.PlatformKey);
    }

    /// <summary>A new organization with a tenant <c>site</c>, a public space <c>open</c> and a private space <c>closed</c>.</summary>
    protected async Task<Home> NewHomeAsync()
    {
        using var platform = await PlatformAsync();
        var slug = $"t-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";
        using var created = await platform.PostAsync("/v1/organizations", new { slug, name = "Test" }).ShouldBe(HttpStatusCode.Created);
        var organization = await created.JsonAsync();
        var caller = new Caller(platform.Api, organization["apiKey"].Text());
        using var tenant = await caller.PostAsync($"/v1/organizations/{slug}/tenants", new { slug = "site", name = "Site" }).ShouldBe(HttpStatusCode.Created);
        var tenantId = (await tenant.JsonAsync())["id"].Text();
        foreach (var (space, access) in ((string, string)[])[("open", "public"), ("closed", "private")])
            (await caller.PostAsync($"/v1/organizations/{slug}/tenants/site/spaces", new { slug = space, name = space, defaultAccess = access })
                .ShouldBe(HttpStatusCode.Created)).Dispose();
        var home = new Home(caller, slug, organization["id"].Text(), tenantId);

        // Where the ladder is the point, a test sets one.
        await home.SetPolicyAsync("width_ladder", Array.Empty<int>());
        return home;
    }
}

/// <summary>One test's organization.</summary>
public sealed class Home(Caller caller, string organization, string organizationId, string tenantId) : IDisposable
{
    public Caller Caller { get; } = caller;

    public string Organization { get; } = organization;

    public string OrganizationId { get; } = organizationId;

    public string TenantId { get; } = tenantId;

    public string Root => $"/v1/organizations/{Organization}";

    public async Task<JsonObject> UploadAsync(byte[] bytes, string space = "open", string filename = "picture.jpg", params (string Name, string Value)[] fields)
    {
        using var response = await Caller.UploadAsync(bytes, "site", space, filename, fields).ShouldBe(HttpStatusCode.Created);
        return await response.JsonAsync();
    }

    public string Public(JsonObject asset, string name, int version = 1) => Path("pub", asset, name, "open", version);

    public string Private(JsonObject asset, string name, int version = 1) => Path("priv", asset, name, "closed", version);

    public string Path(string access, JsonObject asset, string name, string space, int version = 1) =>
        $"/v1/{access}/{Organization}/site/{space}/img/{asset["id"].Text()}/v{version}/{name}";

    /// <summary>Fetches a public image of the asset, expecting 200.</summary>
    public async Task<(byte[] Bytes, HttpResponseMessage Response)> ImageAsync(JsonObject asset, string name, params (string Name, string Value)[] headers)
    {
        var response = await Caller.GetAsync(Public(asset, name), headers).ShouldBe(HttpStatusCode.OK);
        return (await response.Content.ReadAsByteArrayAsync(), response);
    }

    public async Task<string> SignAsync(string path, int? ttlSeconds = null)
    {
        using var response = await Caller.PostAsync("/v1/sign", new { url = path, ttlSeconds }).ShouldBe(HttpStatusCode.OK);
        return (await response.JsonAsync())["url"].Text();
    }

    public async Task SetPolicyAsync(string key, object? value, string below = "") =>
        (await Caller.PutAsync($"{Root}{below}/policies/{key}", new { value }).ShouldBe(HttpStatusCode.OK)).Dispose();

    public void Dispose() => Caller.Dispose();
}
