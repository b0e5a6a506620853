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
}
