using System.Net.Http.Headers;
using System.Text;
using Hangfire;
using Hangfire.Dashboard;
using ImageService.Core.Access;

namespace ImageService.Worker;

/// <summary>
/// Who may see the jobs: holders of the platform key, for the dashboard shows every organization's. A browser asks for it by HTTP Basic (any user name,
/// the key as password); a program sends <c>X-API-Key</c>.
/// </summary>
internal sealed class DashboardAccess(ApiKeyVerifier keys, ILogger<DashboardAccess> log) : IDashboardAsyncAuthorizationFilter
{
    public async Task<bool> AuthorizeAsync(DashboardContext context)
    {
        var http = context.GetHttpContext();
        var address = http.Connection.RemoteIpAddress;
        if (Presented(http.Request) is { } key && (await keys.VerifyAsync(key, address, http.RequestAborted)).TryGet(out var caller, out _)
            && caller.IsPlatform)
            return true;
        if (http.Request.Headers.Authorization.Count > 0)
            Log.DashboardRefused(log, address?.ToString());
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"ImageService jobs: platform key as password\", charset=\"UTF-8\"";
        return false;
    }

    private static string? Presented(HttpRequest request)
    {
        if (request.Headers["X-API-Key"] is [{ Length: > 0 } key])
            return key;
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header)
            || !string.Equals(header.Scheme, "Basic", StringComparison.OrdinalIgnoreCase))
            return null;
        Span<byte> bytes = stackalloc byte[512];
        if (!Convert.TryFromBase64String(header.Parameter ?? "", bytes, out var length))
            return null;
        var text = Encoding.UTF8.GetString(bytes[..length]);
        return text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? text[(colon + 1)..] : null;
    }
}

internal static class DashboardEndpoints
{
    private const string Path = "/hangfire";

    /// <summary>Before the dashboard: no other site may frame it, and none may send it anything.</summary>
    public static void UseDashboardProtection(this WebApplication app) => app.UseWhen(
        static http => http.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase),
        static branch => branch.Use(static async (http, next) =>
        {
            http.Response.Headers.ContentSecurityPolicy = "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'";
            http.Response.Headers.XFrameOptions = "DENY";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers["Referrer-Policy"] = "same-origin";
            if (IsFromElsewhere(http.Request))
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
            else
                await next(http);
        }));

    /// <summary>
    /// Maps <c>/hangfire</c>, closed to everyone whom <see cref="DashboardAccess"/> does not admit. What changes something also needs the antiforgery token
    /// that the dashboard's own pages send:
    /// browsers add remembered Basic credentials to what other sites make them send.
    /// </summary>
    public static void MapDashboard(this WebApplication app) => app.MapHangfireDashboard(Path, new DashboardOptions
    {
        Authorization = [],
        AsyncAuthorization = [app.Services.GetRequiredService<DashboardAccess>()],
        DashboardTitle = "ImageService jobs",
        DisplayStorageConnectionString = false,
        IgnoreAntiforgeryToken = false,
    });

    /// <summary>A write that a browser says comes from another site, or from nowhere it would tell.</summary>
    private static bool IsFromElsewhere(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return false;
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site] && site is not ("same-origin" or "none"))
            return true;
        return request.Headers.Origin is [{ Length: > 0 } origin]
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var from)
                && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
