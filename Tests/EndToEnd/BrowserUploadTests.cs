using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ImageService.Tests.EndToEnd;

/// <summary>
/// Pages of another origin upload in a real browser: with tus-js-client, with a form, straight to a presigned URL. The page holds a key as a tool of the
/// tenant would.
/// </summary>
[Trait("Level", "EndToEnd")]
public sealed class BrowserUploadTests(PostgresServer postgres, RedisServer redis, Chromium chromium) : GatewayTest(postgres, redis)
{
    private const string Script =
        """
        window.picture = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));
        window.tusUpload = ({ api, key, base64, space, chunkSize, stopAt }) => new Promise((done, failed) => {
            let id = null, stopped = false;
            const upload = new tus.Upload(new Blob([picture(base64)]), {
                endpoint: api + '/v1/uploads', headers: { 'X-API-Key': key }, chunkSize, retryDelays: [0, 200], addRequestId: true,
                metadata: { filename: 'page.jpg', tenant: 'website', space },
                onAfterResponse: (request, response) => { id = response.getHeader('X-Asset-Id') ?? id; },
                onChunkComplete: (_, sent) => { if (stopAt && sent >= stopAt && !stopped) { stopped = true; upload.abort().then(() => upload.start()); } },
                onError: error => failed(error), onSuccess: () => done({ id, url: upload.url, stopped }),
            });
            upload.start();
        });
        window.formUpload = async ({ api, key, base64, space }) => {
            const form = new FormData();
            form.append('tenant', 'website'); form.append('space', space); form.append('file', new Blob([picture(base64)]), 'form.jpg');
            const answer = await fetch(api + '/v1/assets', { method: 'POST', headers: { 'X-API-Key': key, 'Idempotency-Key': crypto.randomUUID() }, body: form });
            return { status: answer.status, etag: answer.headers.get('ETag'), location: answer.headers.get('Location'), body: await answer.json() };
        };
        window.directUpload = async ({ api, key, base64, space }) => {
            const bytes = picture(base64), json = { 'X-API-Key': key, 'Content-Type': 'application/json' };
            const asked = await (await fetch(api + '/v1/uploads/presigned', { method: 'POST', headers: json, body: JSON.stringify({ tenant: 'website', space, sizeBytes: bytes.length }) })).json();
            const put = await fetch(asked.uploadUrl, { method: asked.method, headers: asked.headers, body: bytes });
            const completed = await fetch(asked.completeUrl, { method: 'POST', headers: json });
            return { put: put.status, status: completed.status, body: await completed.json() };
        };
        window.probe = async ({ api, key }) => {
            const answer = await fetch(api + '/v1/uploads/presigned', { method: 'POST', headers: { 'X-API-Key': key, 'Content-Type': 'application/json' }, body: '{}' });
            return { status: answer.status, code: (await answer.json()).code };
        };
        """;

    protected override Dictionary<string, string?> Settings => new() { ["Access:PlatformKey"] = ApiFactory.PlatformKey };

    [Fact]
    public async Task A_page_of_another_origin_uploads_with_tus_js_client_with_a_form_and_to_a_presigned_url()
    {
        await using var site = await SiteAsync();
        var page = await chromium.NewPageAsync();
        await page.GotoAsync(site.Urls.Single());
        var key = await NewOrganizationAsync(site.Urls.Single());
        var resumed = Pictures.Jpeg(900, 700, 501);
        var tus = await page.EvaluateAsync<JsonElement>("tusUpload", Arguments(key, resumed, "marketing", chunkSize: 20_000, stopAt: 40_000));
        tus.GetProperty("stopped").GetBoolean().ShouldBeTrue("the upload was to be broken off and taken up again");
        tus.GetProperty("url").GetString().ShouldStartWith(Api + "/v1/uploads/");
        (await HashAsync(key, tus.GetProperty("id").GetString()!)).ShouldBe(Hash(resumed));

        var sent = Pictures.Jpeg(640, 480, 502);
        var form = await page.EvaluateAsync<JsonElement>("formUpload", Arguments(key, sent, "marketing"));
        (form.GetProperty("status").GetInt32(), form.GetProperty("body").GetProperty("contentHash").GetString()).ShouldBe((201, Hash(sent)));
        form.GetProperty("etag").GetString().ShouldNotBeNullOrEmpty();
        form.GetProperty("location").GetString().ShouldStartWith("/v1/assets/");

        var put = Pictures.Jpeg(320, 240, 503);
        var direct = await page.EvaluateAsync<JsonElement>("directUpload", Arguments(key, put, "marketing"));
        (direct.GetProperty("put").GetInt32(), direct.GetProperty("status").GetInt32(),
            direct.GetProperty("body").GetProperty("contentHash").GetString()).ShouldBe((204, 201, Hash(put)));

        var refused = await page.EvaluateAsync<JsonElement>("probe", Arguments(key, put, "marketing"));
        (refused.GetProperty("status").GetInt32(), refused.GetProperty("code").GetString()).ShouldBe((400, "invalid_request"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_page_that_the_space_does_not_name_can_neither_upload_nor_read()
    {
        await using var site = await SiteAsync();
        var page = await chromium.NewPageAsync();
        await page.GotoAsync(site.Urls.Single());
        var key = await NewOrganizationAsync("https://shop.example");
        foreach (var way in (string[])["tusUpload", "formUpload", "directUpload"])
            await Should.ThrowAsync<PlaywrightException>(() => page.EvaluateAsync<JsonElement>(way, Arguments(key, Pictures.Jpeg(64, 64, 504), "marketing")),
                way);
        using var listed = await CallAsync(HttpMethod.Get, "/v1/assets?tenant=website&space=marketing", key, null);
        (await listed.Content.ReadFromJsonAsync<JsonObject>(Ct))!["items"]!.AsArray().ShouldBeEmpty();
        await page.Context.CloseAsync();
    }

    private string Api => Stack.Url.GetLeftPart(UriPartial.Authority);

    private Dictionary<string, object?> Arguments(string key, byte[] picture, string space, int? chunkSize = null, int? stopAt = null) =>
        new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["api"] = Api, ["key"] = key, ["base64"] = Convert.ToBase64String(picture), ["space"] = space, ["chunkSize"] = chunkSize ?? 1_000_000_000,
            ["stopAt"] = stopAt,
        };

    /// <summary>A site of its own with one page: another port of another name than the Api's.</summary>
    private static async Task<WebApplication> SiteAsync()
    {
        var client = await TusClient.ScriptAsync(Ct);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var site = builder.Build();
        site.Run(async http =>
        {
            http.Response.ContentType = http.Request.Path == "/tus.js" ? "text/javascript" : "text/html";
            await http.Response.WriteAsync(
                http.Request.Path == "/tus.js" ? client : $"<!doctype html><title>Shop</title><script src=\"/tus.js\"></script><script>{Script}</script>");
        });
        await site.StartAsync(Ct);
        return site;
    }

    private async Task<string> NewOrganizationAsync(string allowed)
    {
        var slug = $"t{Guid.CreateVersion7():n}";
        using var created = await CallAsync(HttpMethod.Post, "/v1/organizations", ApiFactory.PlatformKey, new { slug, name = "Shop" });
        var key = (string)(await created.Content.ReadFromJsonAsync<JsonObject>(Ct))!["apiKey"]!;
        var root = $"/v1/organizations/{slug}";
        await CallAsync(HttpMethod.Post, $"{root}/tenants", key, new { slug = "website", name = "Website" });
        await CallAsync(HttpMethod.Post, $"{root}/tenants/website/spaces", key, new { slug = "marketing", name = "Marketing", defaultAccess = "public" });
        await CallAsync(HttpMethod.Put, $"{root}/tenants/website/spaces/marketing/policies/cors_origins", key, new { value = new[] { allowed } });
        return key;
    }

    private async Task<string> HashAsync(string key, string asset)
    {
        using var shown = await CallAsync(HttpMethod.Get, $"/v1/assets/{asset}", key, null);
        return (string)(await shown.Content.ReadFromJsonAsync<JsonObject>(Ct))!["contentHash"]!;
    }

    private async Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, string key, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add("X-API-Key", key);
        if (body is not null)
            request.Content = JsonContent.Create(body, body.GetType());
        var response = await Stack.Http.SendAsync(request, Ct);
        response.IsSuccessStatusCode.ShouldBeTrue($"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(Ct)}");
        return response;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
