using ImageService.Portal.Images;

namespace ImageService.Portal;

/// <summary>Headers that keep other sites' scripts, frames and requests away from the portal's pages.</summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app)
    {
        var images = app.Services.GetRequiredService<ImageUrls>().Origin;

        // MudBlazor sets styles on elements; scripts come from our own files only. Pictures and their sizes are asked of the Api.
        var policy = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
            + $"script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: {images}; connect-src 'self' {images}; font-src 'self'";
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = policy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            return next(context);
        });
    }
}
