using System.Net;
using ImageService.Api.Uploads;
using ImageService.Tests.Core.Ingestion;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Uploads;

/// <summary>What CORS says on the routes that take uploads. The same in a real browser: <c>Tests/EndToEnd/BrowserUploadTests.cs</c>.</summary>
[Trait("Level", "Integration")]
public sealed class CrossOriginUploadTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const string Shop = "https://shop.example";
    private const string Portal = "http://localhost:8081";

    private static readonly (string, string) Resumable = ("Tus-Resumable", "1.0.0");

    [Fact]
    public async Task Every_upload_route_answers_preflights_alike_whether_its_place_exists_or_not()
    {
        var routes = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<OpenToPages>() is not null)
            .SelectMany(route => route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods,
                (route, method) => (Pattern: $"/{route.RoutePattern.RawText!.Trim('/')}", Method: method)).ToList();
        routes.Count.ShouldBeGreaterThan(11);
        foreach (var (pattern, method) in routes)
        {
            var answers = new List<string>();
            foreach (var (id, origin) in ((string,
                string)[])[(Guid.CreateVersion7().ToString(), Shop), ("nothing", "null"), ("01ARZ3NDEKTSV4RRFFQ69G5FAV", Portal)])
            {
                var path = pattern.Replace("{id:guid}", id, StringComparison.Ordinal).Replace("{id}", id, StringComparison.Ordinal);
                using var response = await api.Anonymous().SendAsync(
                    HttpMethod.Options, path, null, ("Origin", origin), ("Access-Control-Request-Method", method),
                    ("Access-Control-Request-Headers", "x-api-key,tus-resumable"));
                response.StatusCode.ShouldBe(HttpStatusCode.NoContent, $"{method} {path}");
                Header(response, "Access-Control-Allow-Origin").ShouldBe("*");
                Header(response, "Access-Control-Allow-Methods")!.Split(", ").ShouldContain(method, path);
                answers.Add(string.Join('\n', response.Headers.Select(header => $"{header.Key}: {string.Join(", ", header.Value)}")));
            }

            answers.Distinct().Count().ShouldBe(1, $"{method} {pattern}");
        }
    }

    [Fact]
    public async Task Pages_that_the_space_names_may_upload_and_read_every_header_they_need()
    {
        var home = await api.NewHomeAsync();
        await AllowAsync(home, Shop);
        using var created = await home.Owner.SendAsync(
            HttpMethod.Post, "/v1/uploads", null, Resumable, ("Origin", Shop), ("Upload-Length", "100"),
            ("Upload-Metadata", $"tenant {Base64("site")},space {Base64("open")}"));
        created.StatusCode.ShouldBe(HttpStatusCode.Created);
        Header(created, "Access-Control-Allow-Origin").ShouldBe(Shop);
        created.Headers.Vary.ShouldContain("Origin");
        foreach (var name in (string[])["Location", "Upload-Offset", "Upload-Length", "Tus-Resumable", "Tus-Version", "Tus-Extension", "X-Asset-Id", "ETag",
            "Retry-After"])
            Header(created, "Access-Control-Expose-Headers")!.Split(", ").ShouldContain(name);
        using var form = await home.Owner.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(1), "open"), ("Origin", Shop));
        (form.StatusCode, Header(form, "Access-Control-Allow-Origin"), form.Headers.ETag is not null).ShouldBe((HttpStatusCode.Created, Shop, true));
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    public async Task Pages_that_the_space_does_not_name_upload_nothing(string origin)
    {
        var home = await api.NewHomeAsync();
        await AllowAsync(home, Shop);
        var bytes = IngestionFixture.Png(2);
        var own = await home.Owner.UploadAsync(IngestionFixture.Png(3));
        var presigned = await home.Owner.PostAsync("/v1/uploads/presigned", new { tenant = "site", space = "open", sizeBytes = bytes.Length }).OkAsync(201);
        var put = new Uri(presigned.Text("uploadUrl")).PathAndQuery;
        using var begun = await home.Owner.SendAsync(
            HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", "100"), ("Upload-Metadata", $"tenant {Base64("site")},space {Base64("open")}"));
        var location = begun.Headers.Location!.ToString();
        (string, string) page = ("Origin", origin);
        foreach (var (route, pending) in new Dictionary<string, Func<Task<HttpResponseMessage>>>(StringComparer.Ordinal)
        {
            ["multipart"] = () => home.Owner.PostAsync("/v1/assets", Sending.Form(bytes, "open"), page),
            ["multipart, file first"] =
                () => home.Owner.PostAsync("/v1/assets", Sending.Form(bytes, fileFirst: true, "a.png", ("tenant", "site"), ("space", "open")), page),
            ["new version"] = () => home.Owner.PutAsync($"/v1/assets/{own.Text("id")}/content", Sending.Form(bytes, "open"), page),
            ["fetch"] = () => home.Owner.PostAsync("/v1/assets/fetch", new { url = "http://127.0.0.1:1/a.png", tenant = "site", space = "open" }, page),
            ["presign"] = () => home.Owner.PostAsync("/v1/uploads/presigned", new { tenant = "site", space = "open", sizeBytes = 10 }, page),
            ["put"] = () => api.Anonymous().PutAsync(put, new ByteArrayContent(bytes), page),
            ["complete"] = () => home.Owner.PostAsync($"/v1/uploads/{presigned.Text("id")}/complete", null, page),
            ["tus creation"] = () => home.Owner.SendAsync(
                HttpMethod.Post, "/v1/uploads", null, Resumable, ("Upload-Length", "100"),
                ("Upload-Metadata", $"tenant {Base64("site")},space {Base64("open")}"), page),
            ["tus head"] = () => home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable, page),
            ["tus deletion"] = () => home.Owner.SendAsync(HttpMethod.Delete, location, null, Resumable, page),
            ["import"] = () => home.Owner.PostAsync("/v1/imports", new { tenant = "site", space = "open", prefix = "" }, page),
        })
        {
            using var response = await pending();
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, route);
            Header(response, "Access-Control-Allow-Origin").ShouldBeNull(route);
            response.Headers.Vary.ShouldContain("Origin", route);
        }

        (await home.Owner.GetAsync("/v1/assets?tenant=site&space=open").OkAsync()).Items().Count.ShouldBe(1);
        using var still = await home.Owner.SendAsync(HttpMethod.Head, location, null, Resumable);
        still.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_portals_pages_may_upload_everywhere()
    {
        var home = await api.NewHomeAsync();
        await AllowAsync(home, Shop);
        using var response = await home.Owner.PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(4), "open"), ("Origin", Portal));
        (response.StatusCode, Header(response, "Access-Control-Allow-Origin")).ShouldBe((HttpStatusCode.Created, Portal));
    }

    [Fact]
    public async Task A_page_can_read_why_an_upload_without_a_place_was_refused()
    {
        var home = await api.NewHomeAsync();
        using var stranger = await api.Anonymous().PostAsync("/v1/assets", Sending.Form(IngestionFixture.Png(5), "open"), ("Origin", Shop));
        using var unreadable = await home.Owner.PostAsync("/v1/uploads/presigned", new { tenant = "site" }, ("Origin", Shop));
        using var unversioned = await home.Owner.PostAsync("/v1/uploads", null, ("Origin", Shop));
        foreach (var (response, status) in ((HttpResponseMessage, int)[])[(stranger, 401), (unreadable, 400), (unversioned, 412)])
            ((int)response.StatusCode, Header(response, "Access-Control-Allow-Origin")).ShouldBe((status, "*"));
    }

    [Fact]
    public async Task Other_management_routes_say_nothing_to_pages()
    {
        var home = await api.NewHomeAsync();
        using var listed = await home.Owner.GetAsync("/v1/assets?tenant=site&space=open", ("Origin", Portal));
        using var preflight =
            await home.Owner.SendAsync(HttpMethod.Options, $"{home.Root}/api-keys", null, ("Origin", Portal), ("Access-Control-Request-Method", "POST"));
        Header(listed, "Access-Control-Allow-Origin").ShouldBeNull();
        Header(preflight, "Access-Control-Allow-Origin").ShouldBeNull();
    }

    private static Task<System.Text.Json.Nodes.JsonObject> AllowAsync(ApiHome home, string origin) =>
        home.Owner.PutAsync($"{home.Root}/tenants/site/spaces/open/policies/cors_origins", new { value = new[] { origin } }).OkAsync();

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) || response.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;
}
