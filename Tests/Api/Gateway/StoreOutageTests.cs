using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Gateway;

/// <summary>A store that is away, full or hangs: images flow, uploads are refused in seconds, readiness tells.</summary>
public sealed class StoreOutageTests(PostgresServer postgres, RedisServer redis) : GatewayTest(postgres, redis)
{
    protected override Dictionary<string, string?> Settings => new() { ["Access:PlatformKey"] = ApiFactory.PlatformKey };

    [Theory]
    [InlineData("away")]
    [InlineData("full")]
    [InlineData("hangs")]
    public async Task Cached_images_flow_uploads_are_503_within_ten_seconds_and_readiness_is_degraded(string state)
    {
        var asset = await (await Stack.NewSpaceAsync()).AddAsync();
        (await ImageAsync(Stack, asset.Public("w_40.jpg"))).Response.Dispose();
        var key = await NewOrganizationAsync();
        (await UploadAsync(key, 601)).ShouldBe((HttpStatusCode.Created, null));
        await ReadyIsAsync("ready");

        (Stack.Store.IsBroken, Stack.Store.IsFull, Stack.Store.Hangs) = (state == "away", state == "full", state == "hangs");
        await ReadyIsAsync("degraded");
        var asked = Stopwatch.StartNew();
        (await UploadAsync(key, 602)).ShouldBe((HttpStatusCode.ServiceUnavailable, "storage_unavailable"));
        asked.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        Layer((await ImageAsync(Stack, asset.Public("w_40.jpg"))).Response).ShouldBe("memory");

        (Stack.Store.IsBroken, Stack.Store.IsFull, Stack.Store.Hangs) = (false, false, false);
        if (state == "hangs")
            return; // the write that hangs is still waited for: a store of this kind comes back with its mount
        await ReadyIsAsync("ready");
        (await UploadAsync(key, 603)).ShouldBe((HttpStatusCode.Created, null));
    }

    /// <summary>Both the look at the store and the report are kept for some seconds.</summary>
    private Task ReadyIsAsync(string status) => Probe.UntilAsync(
        async () =>
        {
            using var response = await Stack.GetAsync("/health/ready");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            return (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["checks"]!["storage"]!["status"] == status;
        },
        $"storage is {status}",
        TimeSpan.FromSeconds(30));

    private async Task<(HttpStatusCode Status, string? Code)> UploadAsync(string key, int seed)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/assets")
        {
            Content = new MultipartFormDataContent
            {
                { new StringContent("website"), "tenant" }, { new StringContent("marketing"), "space" },
                { new ByteArrayContent(Pictures.Jpeg(64, 48, seed)), "file", "a.jpg" },
            },
        };
        request.Headers.Add("X-API-Key", key);
        using var response = await Stack.Http.SendAsync(request, Ct);
        if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
            response.Headers.RetryAfter.ShouldNotBeNull();
        return (response.StatusCode, (string?)(await response.Content.ReadFromJsonAsync<JsonObject>(Ct))!["code"]);
    }

    private async Task<string> NewOrganizationAsync()
    {
        var slug = $"t{Guid.CreateVersion7():n}";
        var key = (string)(await CallAsync("/v1/organizations", ApiFactory.PlatformKey, new { slug, name = "Shop" }))["apiKey"]!;
        await CallAsync($"/v1/organizations/{slug}/tenants", key, new { slug = "website", name = "Website" });
        await CallAsync($"/v1/organizations/{slug}/tenants/website/spaces", key, new { slug = "marketing", name = "Marketing", defaultAccess = "public" });
        return key;
    }

    private async Task<JsonObject> CallAsync(string path, string key, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, body.GetType()) };
        request.Headers.Add("X-API-Key", key);
        using var response = await Stack.Http.SendAsync(request, Ct);
        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(Ct))!;
    }
}
