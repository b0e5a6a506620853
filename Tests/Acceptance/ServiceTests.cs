using System.Net;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Acceptance;

/// <summary>The contract's "Where things listen" and "Operations", from outside.</summary>
public sealed class ServiceTests(RunningStack stack) : AcceptanceTest(stack)
{
    [Fact]
    public async Task Every_service_is_live_and_ready_and_says_what_it_checked()
    {
        var summary = await Stack.SummaryAsync();
        foreach (var service in (string[])[summary.Api, summary.Worker, summary.Portal])
        {
            using var caller = new Caller(new Uri(service), apiKey: null);
            (await caller.GetAsync("/health/live").ShouldBe(HttpStatusCode.OK)).Dispose();
            using var ready = await caller.GetAsync("/health/ready").ShouldBe(HttpStatusCode.OK);
            (await ready.JsonAsync())["status"].Text().ShouldBe("ready");
        }

        using var api = await AnonymousAsync();
        using var checks = await api.GetAsync("/health/ready").ShouldBe(HttpStatusCode.OK);
        var named = (await checks.JsonAsync())["checks"]!.AsObject();
        foreach (var check in (string[])["database", "cache", "storage", "queue"])
            named[check]!["status"].ShouldNotBeNull(check);
    }

    [Fact]
    public async Task Metrics_have_the_promised_names()
    {
        using var home = await NewHomeAsync();
        var asset = await home.UploadAsync(Pictures.Jpeg(60, 60, seed: 501));
        await home.ImageAsync(asset, "w_11.jpg");
        await home.ImageAsync(asset, "w_11.jpg");
        await Eventually.HoldsAsync(
            async () =>
            {
                using var response = await home.Caller.GetAsync("/metrics").ShouldBe(HttpStatusCode.OK);
                var text = await response.Content.ReadAsStringAsync();
                string[] names =
                [
                    "http_request_duration_seconds_bucket", "http_requests_total", "transform_duration_seconds_bucket", "transforms_total", "cache_hits_total",
                    "cache_misses_total",
                    "storage_operations_total", "storage_bytes_transferred_total", "assets_uploaded_total", "bandwidth_served_bytes_total",
                ];
                return names.All(name => text.Contains($"\n{name}{{", StringComparison.Ordinal));
            },
            TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task The_demo_works_as_printed()
    {
        var summary = await Stack.SummaryAsync();
        summary.Spaces["public"].ShouldBe("marketing");
        summary.Spaces["private"].ShouldBe("confidential");
        using var anonymous = await AnonymousAsync();
        foreach (var url in (string[])[summary.PublicUrl, summary.SignedUrl])
        {
            using var response = await anonymous.GetAsync(url).ShouldBe(HttpStatusCode.OK);
            response.Content.Headers.ContentType!.MediaType!.ShouldStartWith("image/");
        }

        using var caller = new Caller(anonymous.Api, summary.ApiKey);
        using var uploaded = await caller.UploadAsync(Pictures.Jpeg(90, 90, seed: 502), summary.Tenant, summary.Spaces["public"])
            .ShouldBe(HttpStatusCode.Created);
        uploaded.Dispose();
    }

    [Fact]
    public async Task The_description_of_the_api_and_its_reference_page_are_served()
    {
        using var anonymous = await AnonymousAsync();
        using var document = await anonymous.GetAsync("/openapi/v1.json").ShouldBe(HttpStatusCode.OK);
        (await document.JsonAsync())["openapi"].Text().ShouldStartWith("3.1");
        using var page = await anonymous.GetAsync("/docs");
        ((int)page.StatusCode).ShouldBeInRange(200, 308);
    }

    [Fact]
    public async Task The_dashboard_of_jobs_is_closed_to_strangers()
    {
        using var worker = new Caller(new Uri((await Stack.SummaryAsync()).Worker), apiKey: null);
        using var response = await worker.GetAsync("/hangfire");
        response.StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.Found, HttpStatusCode.Redirect);
    }
}
