using ImageService.Core.Dialects;

namespace ImageService.Api.Http;

/// <summary>
/// Headers that let a browser do nothing with an answer but read it, set where the route has not set its own (images, the reference page).
/// Only images and the routes that take uploads say anything to pages of other origins (CORS): those cannot read any other management route.
/// </summary>
internal static class SecurityHeaders
{
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (http, next) =>
    {
        // On starting, because the exception handler clears what was set before.
        http.Response.OnStarting(static state => Fill((HttpContext)state), http);
        return next(http);
    });

    private static Task Fill(HttpContext http)
    {
        var headers = http.Response.Headers;
        FillForAll(headers);
        if (http.Features.Get<HostFacts>() is not null || IsImage(http.Request.Path))
            return Task.CompletedTask;
        headers.TryAdd("X-Frame-Options", "DENY");
        headers.TryAdd("Cross-Origin-Resource-Policy", "same-origin");
        headers.TryAdd("Cache-Control", "no-store");
        return Task.CompletedTask;
    }

    /// <summary>Those that every answer has, images too.</summary>
    public static void FillForAll(IHeaderDictionary headers)
    {
        headers.TryAdd("X-Content-Type-Options", "nosniff");
        headers.TryAdd("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
        headers.TryAdd("Referrer-Policy", "no-referrer");
    }

    private static bool IsImage(PathString path) =>
        path.StartsWithSegments("/v1/pub", StringComparison.Ordinal) || path.StartsWithSegments("/v1/priv", StringComparison.Ordinal);
}
