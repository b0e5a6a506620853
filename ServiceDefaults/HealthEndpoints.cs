using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ImageService.ServiceDefaults;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: what it depends on does too.</summary>
internal static class HealthEndpoints
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static void Map(IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/health").AllowAnonymous().DisableRateLimiting().DisableHttpMetrics().ExcludeFromDescription();
        health.MapGet("/live", () => Results.Json(new { status = "live" }));
        health.MapGet("/ready", ReadyAsync);
    }

    private static async Task<IResult> ReadyAsync(ReadinessReport report, Draining draining, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (draining.IsOn)
            return Results.Json(new Readiness("unready", new Dictionary<string, DependencyState>()), Json, statusCode: StatusCodes.Status503ServiceUnavailable);
        var readiness = await report.GetAsync(context.RequestAborted);
        return Results.Json(readiness, Json, statusCode: readiness.Status == "unready" ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }
}
