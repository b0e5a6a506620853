using System.Globalization;
using System.Net;
using ImageService.Core.Operations;
using ImageService.Core.Telemetry;
using ImageService.Tests.Support;
using ImageService.Tests.Support.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ImageService.Tests.ServiceDefaults;

[Trait("Level", "Unit")]
[Collection(RunsAlone.Name)]
public sealed class MetricsEndpointTests
{
    /// <summary>The contract's names, as they are written.</summary>
    private static readonly string[] Promised =
    [
        "http_request_duration_seconds_bucket", "http_requests_total", "transform_duration_seconds_sum", "transforms_total", "transform_errors_total",
        "cache_hits_total", "cache_misses_total", "storage_operations_total", "storage_bytes_transferred_total", "assets_uploaded_total",
        "bandwidth_served_bytes_total", "storage_bytes_used", "storage_bytes_quota",
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Names_are_exactly_the_contracts()
    {
        await using var service = await StartAsync("Development", metricsPort: null);
        var metrics = service.App.Services.GetRequiredService<ImageServiceMetrics>();
        metrics.RequestAnswered("/v1/pub", "GET", 200, TimeSpan.FromMilliseconds(3));
        metrics.TransformRan(ImageFormat.Jpg, TimeSpan.FromMilliseconds(30));
        metrics.TransformFailed(ImageFormat.Jpg, "Internal");
        metrics.CacheHit("memory");
        metrics.CacheMissed("redis");
        metrics.StorageCalled("file", "open", succeeded: true);
        metrics.StorageTransferred("file", written: true, 12);
        metrics.AssetUploaded("jpg");
        metrics.BandwidthServed(99);
        metrics.SetStorage([new StorageUse("o", 1, 2)]);

        var (status, text) = await service.GetAsync(service.Port, "/metrics");

        status.ShouldBe(HttpStatusCode.OK);
        var names = text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('{', ' ')[0]).ToHashSet();
        Promised.Where(name => !names.Contains(name)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("text/plain", "")]
    [InlineData("application/openmetrics-text; version=1.0.0", "# EOF\n")]
    public async Task Every_metric_is_on_the_first_scrape_at_zero(string accept, string end)
    {
        await using var service = await StartAsync("Development", metricsPort: null);
        service.App.Services.GetRequiredService<ImageServiceMetrics>().StartAtZero(["file"]);

        var (status, text) = await service.GetAsync(service.Port, "/metrics", accept: accept);

        status.ShouldBe(HttpStatusCode.OK);
        text.ShouldEndWith(end);
        foreach (var name in Promised)
        {
            var values = text.Split('\n')
                .Where(line => line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{').Select(ValueOf).ToList();
            values.ShouldNotBeEmpty(name);
            values.ShouldAllBe(value => value == 0, name);
        }

        text.Split('\n').Count(line => line.StartsWith("# TYPE transform_duration_seconds ", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Who_asks_for_gzip_as_prometheus_does_can_read_all_of_the_scrape()
    {
        await using var service = await StartAsync("Development", metricsPort: null);
        service.App.Services.GetRequiredService<ImageServiceMetrics>().StartAtZero(["file"]);

        var (_, text) = await service.GetAsync(service.Port, "/metrics", encoding: "gzip");

        text.ShouldStartWith("# ");
        text.ShouldContain("\ntransform_duration_seconds_count 0\n");
    }

    [Fact]
    public async Task A_histogram_that_has_recorded_something_is_the_exporters_own()
    {
        await using var service = await StartAsync("Development", metricsPort: null);
        service.App.Services.GetRequiredService<ImageServiceMetrics>().TransformRan(ImageFormat.Jpg, TimeSpan.FromMilliseconds(30));

        var (_, text) = await service.GetAsync(service.Port, "/metrics");

        text.Split('\n').Count(line => line.StartsWith("# TYPE transform_duration_seconds ", StringComparison.Ordinal)).ShouldBe(1);
        text.Split('\n').ShouldNotContain("transform_duration_seconds_count 0");
    }

    [Fact]
    public async Task Outside_development_the_service_port_has_no_metrics_and_the_metrics_port_nothing_else()
    {
        var port = FreePort.Next();
        await using var service = await StartAsync("Production", port);

        (await service.GetAsync(service.Port, "/metrics")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await service.GetAsync(service.Port, "/metrics", host: $"localhost:{port}")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await service.GetAsync(service.Port, "/hello")).Status.ShouldBe(HttpStatusCode.OK);
        (await service.GetAsync(port, "/metrics")).Status.ShouldBe(HttpStatusCode.OK);
        (await service.GetAsync(port, "/health/live")).Status.ShouldBe(HttpStatusCode.OK);
        (await service.GetAsync(port, "/hello")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Outside_development_without_a_metrics_port_there_are_no_metrics()
    {
        await using var service = await StartAsync("Production", metricsPort: null);

        (await service.GetAsync(service.Port, "/metrics")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    /// <summary>Reads the value of <c>name{labels} value</c> or <c>name{labels} value timestamp</c>.</summary>
    private static double ValueOf(string line) => double.Parse(line[(line.LastIndexOf('}') + 1)..].TrimStart().Split(' ') switch
    {
        [var name, var value, ..] when name.Contains('_', StringComparison.Ordinal) => value,
        [var value, ..] => value,
        _ => "",
    }, CultureInfo.InvariantCulture);

    private static async Task<Service> StartAsync(string environment, int? metricsPort)
    {
        var port = FreePort.Next();
        string[] args = metricsPort is null ? [$"--urls=http://127.0.0.1:{port}"] : [$"--urls=http://127.0.0.1:{port}", $"--Metrics:Port={metricsPort}"];
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment, Args = args });
        builder.Logging.ClearProviders();
        builder.AddServiceDefaults();
        builder.Services.AddImageServiceTelemetry();
        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapGet("/hello", () => "hello");
        await app.StartAsync(Ct);
        return new Service(app, port);
    }

    private sealed record Service(WebApplication App, int Port) : IAsyncDisposable
    {
        private readonly HttpClient _client = new();

        public async Task<(HttpStatusCode Status, string Text)> GetAsync(
            int port, string path, string? host = null, string? accept = null, string? encoding = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{port}{path}"));
            request.Headers.Host = host;
            if (accept is not null)
                request.Headers.Accept.ParseAdd(accept);
            if (encoding is not null)
                request.Headers.AcceptEncoding.ParseAdd(encoding);
            using var response = await _client.SendAsync(request, Ct);
            return (response.StatusCode, await response.Content.ReadAsStringAsync(Ct));
        }

        public async ValueTask DisposeAsync()
        {
            _client.Dispose();
            await App.DisposeAsync();
        }
    }
}
