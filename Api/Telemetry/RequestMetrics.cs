using System.Diagnostics;
using ImageService.Core.Telemetry;

namespace ImageService.Api.Telemetry;

/// <summary>Counts and times every request by its route's pattern; a path that matches none is counted as one route, whatever it is.</summary>
internal sealed class RequestMetrics(RequestDelegate next, ImageServiceMetrics metrics)
{
    private const string NoRoute = "none";

    public async Task InvokeAsync(HttpContext http)
    {
        var started = Stopwatch.GetTimestamp();
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            await next(http);
            status = http.Response.StatusCode;
        }
        finally
        {
            metrics.RequestAnswered(RouteOf(http), MethodOf(http.Request.Method), status, Stopwatch.GetElapsedTime(started));
        }
    }

    private static string RouteOf(HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? NoRoute;

    /// <summary>Methods that callers make up share one label.</summary>
    private static string MethodOf(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method)
        || HttpMethods.IsDelete(method) || HttpMethods.IsOptions(method)
            ? method
            : "other";
}
