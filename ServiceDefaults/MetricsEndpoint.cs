using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ImageService.ServiceDefaults;

/// <summary>
/// <c>/metrics</c> in Prometheus text. In development it is open; elsewhere it is served on the port <c>Metrics:Port</c> only
/// (none: not at all), and that port serves nothing else but health.
/// </summary>
internal static class MetricsEndpoint
{
    private const string Path = "/metrics";

    /// <summary>Makes the service listen on the metrics port beside its own addresses.</summary>
    public static void Listen(WebApplicationBuilder builder)
    {
        if (Port(builder.Configuration) is not { } port)
            return;
        var own = builder.Configuration[WebHostDefaults.ServerUrlsKey]
            ?? (builder.Configuration[WebHostDefaults.HttpPortsKey] is { Length: > 0 } ports
                ? string.Join(';', ports.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(number => $"http://*:{number}"))
                : "http://localhost:5000");
        builder.WebHost.UseUrls([.. own.Split(';', StringSplitOptions.RemoveEmptyEntries), $"http://*:{port.ToString(CultureInfo.InvariantCulture)}"]);
        builder.Services.AddSingleton<IStartupFilter>(new MetricsPortFilter(port));
    }

    public static void Map(WebApplication app)
    {
        var port = Port(app.Configuration);
        var open = app.Environment.IsDevelopment();
        if (port is null && !open)
            return;
        app.MapPrometheusScrapingEndpoint(Path).AllowAnonymous().DisableRateLimiting().DisableHttpMetrics().Add(endpoint =>
        {
            var scrape = endpoint.RequestDelegate!;
            // The port of the connection, not of the Host header: that one is the caller's to choose.
            endpoint.RequestDelegate = context =>
            {
                if (open || context.Connection.LocalPort == port)
                    return WriteAsync(context, scrape);
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            };
        });
    }

    private static async Task WriteAsync(HttpContext context, RequestDelegate scrape)
    {
        // The exporter packs its answer itself where it may, and what is added to it below would be no part of the archive: Prometheus would read nothing.
        context.Request.Headers.AcceptEncoding = default;
        var body = context.Response.Body;
        using var written = new MemoryStream();
        context.Response.Body = written;
        try
        {
            await scrape(context);
        }
        finally
        {
            context.Response.Body = body;
        }

        await context.RequestServices.GetRequiredService<EmptyHistograms>()
            .WriteAsync(written.GetBuffer().AsMemory(0, (int)written.Length), body, context.RequestAborted);
    }

    private static int? Port(IConfiguration configuration) => configuration.GetValue<int?>("Metrics:Port") is > 0 and <= 65535 and var port ? port : null;

    /// <summary>Keeps everything but metrics and health off the metrics port.</summary>
    private sealed class MetricsPortFilter(int port) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, following) =>
            {
                if (context.Connection.LocalPort == port
                    && !context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase)
                    && !context.Request.Path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase))
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                else
                    await following(context);
            });
            next(app);
        };
    }
}
