namespace ImageService.Portal;

/// <summary>
/// Keeps other sites away from the circuits of the portal's pages (<c>/_blazor</c>): the browser's same-origin rule does not hold for WebSockets, and a
/// site under the same domain is sent the
/// sign-in cookie. A request without <c>Origin</c> comes from no page of another site.
/// </summary>
internal static class OwnOrigin
{
    public static void UseOwnOriginForCircuits(this WebApplication app) => app.UseWhen(
        static http => http.Request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase),
        static branch => branch.Use(static async (http, next) =>
        {
            if (IsOwn(http.Request))
                await next(http);
            else
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
        }));

    /// <summary>
    /// Whether the page that asks is one of the host asked. The scheme is left out: a proxy that ends TLS without telling must not shut everybody out.
    /// </summary>
    internal static bool IsOwn(HttpRequest request) => request.Headers.Origin switch
    {
        [] => true,
        [{ Length: > 0 } origin] =>
            Uri.TryCreate(origin, UriKind.Absolute, out var page) && string.Equals(page.Authority, Authority(request), StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>Without the port that the scheme has anyway, as <see cref="Uri.Authority"/> writes it.</summary>
    private static string? Authority(HttpRequest request) =>
        request.Host.Port is 80 or 443 ? request.Host.Host : request.Host.Value;
}
