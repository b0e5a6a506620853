using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.AspNetCore.Http.Features;

namespace ImageService.Api.Gateway;

/// <summary>The two routes of images: public ones for everybody, private ones for who holds a signature.</summary>
internal static class GatewayEndpoints
{
    /// <summary>The routes, as metrics name them.</summary>
    public const string PublicRoute = "/v1/pub/{**image}";

    /// <inheritdoc cref="PublicRoute"/>
    public const string PrivateRoute = "/v1/priv/{**image}";

    private const string Parts = "/{org}/{tenant}/{space}/img/{asset}/{version}/{file}";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void AddGateway(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<UrlOperationsCache>();
        builder.Services.AddSingleton<SignatureGuard>();
        builder.Services.AddSingleton<SignatureReports>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<SignatureReports>());
        builder.Services.AddSingleton<ServedImages>();
        builder.Services.AddSingleton<ServeImage>();
        builder.AddMemoryHits();
    }

    public static void MapGateway(this IEndpointRouteBuilder routes)
    {
        Map(routes, PublicRoute, AssetAccess.Public);
        Map(routes, PrivateRoute, AssetAccess.Private);
        routes.MapGet("/v1/organizations/{org}/tenants/{tenant}/spaces/{space}/signature-report", ReadReport)
            .RequireScope(Scopes.AuditRead)
            .WithTags("Signing keys")
            .Describe("getSignatureReport", "What signing mode 'report' would have refused in the last week")
            .Answers<SignatureReport>().Fails(403, 404);
    }

    /// <summary>
    /// Catch-all routes, because a path that names no image is read by <see cref="ImageUrl"/>, not by the router: it gets the same answer as an image that
    /// does not exist.
    /// </summary>
    private static void Map(IEndpointRouteBuilder routes, string route, AssetAccess access)
    {
        var serve = routes.ServiceProvider.GetRequiredService<ServeImage>();
        routes.MapMethods(route, Reading, (RequestDelegate)(http => serve.HandleAsync(http, access)))
            .AllowAnonymous()
            .WithTags("Images")
            .WithSummary($"An image: {route[..route.IndexOf("/{", StringComparison.Ordinal)]}{Parts}");
        routes.MapMethods(route, [HttpMethods.Options], Preflight).AllowAnonymous().ExcludeFromDescription();
    }

    internal static Task Preflight(HttpContext http)
    {
        ImageResponse.AnswerPreflight(http.Request.Headers, http.Features.GetRequiredFeature<IHttpResponseFeature>());
        return Task.CompletedTask;
    }

    private static async Task<IResult> ReadReport(Visit visit, SignatureReports reports, CancellationToken ct) =>
        await reports.ReadAsync(visit.At.SpaceId ?? Guid.Empty, ct) is { } report
            ? Results.Ok(report)
            : new Error(ErrorCode.Overloaded,
                "The report is kept in Redis, which does not answer at the moment.")
            { RetryAfter = TimeSpan.FromSeconds(5) }.ToProblem();
}
