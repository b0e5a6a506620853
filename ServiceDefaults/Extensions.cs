using ImageService.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every service of the application has: telemetry, health, resilient HTTP clients that find services by name.</summary>
public static class Extensions
{
    private const string ImageService = "ImageService"; // the meter and the activity source of Core
    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // The weakest of all settings: appsettings, environment and command line win. Frameworks at Information write several lines per request.
    private static readonly Dictionary<string, string?> QuietLogs = new()
    {
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Warning",
        ["Logging:LogLevel:System.Net.Http.HttpClient"] = "Warning",
        ["Logging:LogLevel:Npgsql"] = "Warning",
        ["Logging:LogLevel:Polly"] = "Error", // each retry is a warning with its stack; what fails in the end is told by who asked
    };

    /// <summary>Call first in every service's Program.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = QuietLogs });
        builder.AddTelemetry();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        builder.Services.AddSingleton<ReadinessReport>();
        builder.Services.AddSingleton<Draining>();
        builder.Services.AddSingleton<IConfigureOptions<HostOptions>>(static provider => provider.GetRequiredService<Draining>());
        builder.Services.AddHostedService(static provider => provider.GetRequiredService<Draining>());
        builder.Services.ConfigureOptions<ReadinessChecks>();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(client =>
        {
            // Large uploads take their time; only what may be repeated is repeated.
            client.AddStandardResilienceHandler(options =>
            {
                options.AttemptTimeout.Timeout = TimeSpan.FromMinutes(1);
                options.CircuitBreaker.SamplingDuration = TimeSpan.FromMinutes(2);
                options.TotalRequestTimeout.Timeout = TimeSpan.FromMinutes(3);
                options.Retry.DisableForUnsafeHttpMethods();
            });
            client.AddServiceDiscovery();
        });
        if (builder is WebApplicationBuilder web)
        {
            DrainingServer.Wrap(web.Services);
            MetricsEndpoint.Listen(web);
        }

        return builder;
    }

    /// <summary>Maps <c>/health/live</c>, <c>/health/ready</c> and <c>/metrics</c>.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        HealthEndpoints.Map(app);
        MetricsEndpoint.Map(app);
        return app;
    }

    private static void AddTelemetry<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        var exported = !string.IsNullOrWhiteSpace(builder.Configuration[OtlpEndpoint]);
        builder.Services.AddSingleton(_ => new EmptyHistograms(ImageService));
        var telemetry = builder.Services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation()
            .AddHttpClientInstrumentation()
            .AddRuntimeInstrumentation()
            .AddMeter(ImageService, "Npgsql")
            .AddView(SeriesLimits.Of)
            .AddPrometheusExporter());
        if (!exported)
            return; // spans nobody reads would only cost the hot path

        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });
        telemetry
            .WithTracing(tracing => tracing
                .AddSource(builder.Environment.ApplicationName, ImageService)
                .AddProcessor<UnaskedCalls>()
                .AddAspNetCoreInstrumentation(options => options.Filter = IsNoProbe)
                .AddHttpClientInstrumentation())
            .UseOtlpExporter();
    }

    private static bool IsNoProbe(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase)
        && !context.Request.Path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase);
}
