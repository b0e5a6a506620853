using System.Security.Cryptography;
using System.Text;
using ImageService.Portal.Images;

namespace ImageService.Portal;

/// <summary>Headers that keep other sites' scripts, frames and requests away from the portal's pages.</summary>
internal static class SecurityHeaders
{
    private const string Scripts = "script-src 'self'";

    public static void UseSecurityHeaders(this WebApplication app)
    {
        var images = app.Services.GetRequiredService<ImageUrls>().Origin;

        // MudBlazor sets styles on elements; scripts come from our own files only. Pictures and their sizes are asked of the Api.
        var policy = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
            + $"{Scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: {images}; connect-src 'self' {images}; font-src 'self'";
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

    /// <summary>Lets in one script that stands in the page itself, by its hash.</summary>
    public static void AllowScript(HttpContext context, string text)
    {
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        var policy = context.Response.Headers.ContentSecurityPolicy.ToString();
        context.Response.Headers.ContentSecurityPolicy = policy.Replace(Scripts, $"{Scripts} 'sha256-{hash}'", StringComparison.Ordinal);
    }
}
