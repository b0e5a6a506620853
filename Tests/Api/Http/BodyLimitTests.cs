using System.Net;
using ImageService.Tests.Support;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Api.Http;

/// <summary>JSON bodies are held to 1 MiB on every route there is, also on those that will be added: the walk of the route table.</summary>
[Trait("Level", "Integration")]
public sealed class BodyLimitTests(ApiFactory api) : IClassFixture<ApiFactory>
{
    private const int Limit = 1024 * 1024;

    /// <summary>What the server takes into its buffers before the route asks for it.</summary>
    private const int Buffers = 256 * 1024;

    [Fact]
    public async Task No_route_reads_more_than_its_limit_of_json_whether_the_length_is_told_or_not()
    {
        var home = await api.NewHomeAsync();
        var walked = 0;
        foreach (var (method, path) in Writing(home))
        {
            using (var told = await home.Owner.SendAsync(method, path, Json(new CountedStream(Limit + 1), Limit + 1)))
            {
                told.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge, $"{method} {path}");
                told.Headers.ConnectionClose.ShouldBe(true);
            }

            var endless = new CountedStream(64L * 1024 * 1024);
            using var untold = await home.Owner.SendAsync(method, path, Json(endless, length: null));
            ((int)untold.StatusCode).ShouldBeInRange(400, 499, $"{method} {path}");
            endless.Taken.ShouldBeLessThan(Limit + Buffers, $"{method} {path}");
            walked++;
        }

        walked.ShouldBeGreaterThan(60);
    }

    [Fact]
    public void Every_route_without_a_limit_is_one_that_streams_files()
    {
        var streaming = Routes().Where(static route => route.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is { MaxRequestBodySize: null })
            .Select(static route => $"{route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods[0]} /{route.RoutePattern.RawText!.Trim('/')}");
        streaming.ShouldBe(
            [
                "POST /v1/assets", "PUT /v1/assets/{id}/content", "POST /v1/uploads", "PATCH /v1/uploads/{id:guid}", "POST /v1/uploads/{id:guid}",
                "PUT /v1/uploads/{id:guid}/content",
                "POST /v1/imports", "POST /v1/organizations/{org}/fonts", "POST /v1/organizations/{org}/tenants/{tenant}/spaces/{space}/aliases",
            ],
            ignoreOrder: true);
    }

    [Fact]
    public async Task Doubled_members_and_numbers_that_the_registry_cannot_hold_are_400_on_every_route()
    {
        var home = await api.NewHomeAsync();
        foreach (var (method, path) in Writing(home))
        {
            foreach (var body in (string[])["""{"metadata":{"a":1,"a":2}}""", """{"metadata":{"n":1e400000}}"""])
            {
                using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
                using var response = await home.Owner.SendAsync(method, path, content);
                ((int)response.StatusCode).ShouldBeInRange(400, 499, $"{method} {path}");
                if (response.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.PreconditionFailed))
                    (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("$.metadata",
                        customMessage: $"{method} {path}: {response.StatusCode}");
            }
        }
    }

    [Theory]
    [InlineData("""{"metadata":{"n":1e400000}}""")]
    [InlineData("""{"metadata":{"n":1e-400000}}""")]
    [InlineData("""{"metadata":{"n":{"n":1,"n":2}}}""")]
    [InlineData("""{"focalPoint":{"x":1e999,"y":0}}""")]
    public async Task What_an_asset_cannot_keep_is_400(string body)
    {
        var home = await api.NewHomeAsync();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        await home.Owner.SendAsync(HttpMethod.Patch, "/v1/assets/01ARZ3NDEKTSV4RRFFQ69G5FAV", content).ProblemAsync(400, "invalid_request");
    }

    private IEnumerable<RouteEndpoint> Routes() => api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(static route => route.RoutePattern.RawText!.TrimStart('/').StartsWith("v1/", StringComparison.Ordinal));

    private IEnumerable<(HttpMethod Method, string Path)> Writing(ApiHome home) =>
        from route in Routes()
        from method in route.Metadata.GetMetadata<IHttpMethodMetadata>()!.HttpMethods
        where method is "POST" or "PUT" or "PATCH" or "DELETE"
        select (new HttpMethod(method), "/" + string.Join('/', route.RoutePattern.RawText!.Trim('/').Split('/').Select(part => Fill(part, home))));

    private static string Fill(string part, ApiHome home) => part switch
    {
        "{org}" => home.Slug,
        "{tenant}" => "site",
        "{space}" => "open",
        _ when part.Contains(":guid", StringComparison.Ordinal) => Guid.CreateVersion7().ToString(),
        _ when part.Contains(":int", StringComparison.Ordinal) || part.Contains(":long", StringComparison.Ordinal) => "1",
        _ when part.StartsWith('{') => "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        _ => part,
    };

    private static StreamContent Json(CountedStream body, long? length)
    {
        var content = new StreamContent(body) { Headers = { ContentType = new("application/json") } };
        content.Headers.ContentLength = length;
        return content;
    }
}
