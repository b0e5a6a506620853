using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;

namespace ImageService.Api.Gateway;

/// <summary>The two routes of images: public ones for everybody, private ones for who holds a signature.</summary>
internal static class GatewayEndpoints
{
    private const string ImagePath = "/{org}/{tenant}/{space}/img/{asset}/{version}/{file}";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void AddGateway(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<UrlOperationsCache>();
        builder.Services.AddSingleton<SignatureGuard>();
        builder.Services.AddSingleton<SignatureReports>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<SignatureReports>());
        builder.Services.AddSingleton<ServeImage>();
    }

    public static void MapGateway(this IEndpointRouteBuilder routes)
    {
        Map(routes, "pub", AssetAccess.Public);
        Map(routes, "priv", AssetAccess.Private);
        routes.MapGet("/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/signature-report", ReadReport)
            .RequireScope(Scopes.AuditRead)
            .WithTags("Signing keys")
            .Describe("getSignatureReport", "What signing mode 'report' would have refused in the last week")
            .Answers<SignatureReport>().Fails(403, 404);
    }

    /// <summary>
    /// Catch-all routes, because a path that names no image is read by <see cref="ImageUrl"/>, not by the router: it gets the same answer as an image that does not exist.
    /// </summary>
    private static void Map(IEndpointRouteBuilder routes, string kind, AssetAccess access)
    {
        var serve = routes.ServiceProvider.GetRequiredService<ServeImage>();
        routes.MapMethods($"/v1/{kind}/{{**image}}", Reading, (RequestDelegate)(http => serve.HandleAsync(http, access)))
            .AllowAnonymous()
            .WithTags("Images")
            .WithSummary($"An image: /v1/{kind}{ImagePath}");
        routes.MapMethods($"/v1/{kind}/{{**image}}", [HttpMethods.Options], Preflight).AllowAnonymous().ExcludeFromDescription();
    }

    /// <summary>Answers a CORS preflight alike for every page and whatever the path names, so that it tells of no space; the image's own answer says who may read it.</summary>
    internal static IResult Preflight(HttpContext http)
    {
        http.Response.Headers.Vary = "Origin";
        http.Response.Headers.AccessControlAllowOrigin = http.Request.Headers.Origin is [{ Length: > 0 } origin] ? origin : "*";
        http.Response.Headers.AccessControlAllowMethods = "GET, HEAD, OPTIONS";
        http.Response.Headers.AccessControlAllowHeaders = "Accept, Range, If-Match, If-None-Match, If-Modified-Since, If-Range";
        http.Response.Headers.AccessControlMaxAge = "86400";
        return Results.NoContent();
    }

    private static async Task<IResult> ReadReport(Visit visit, SignatureReports reports, CancellationToken ct) =>
        await reports.ReadAsync(visit.At.SpaceId ?? Guid.Empty, ct) is { } report
            ? Results.Ok(report)
            : new Error(ErrorCode.Overloaded, "The report is kept in Redis, which does not answer at the moment.") { RetryAfter = TimeSpan.FromSeconds(5) }.ToProblem();
}
