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
        if (Presented(http.Request) is { } key && (await keys.VerifyAsync(key, address, http.RequestAborted)).TryGet(out var caller, out _) && caller.IsPlatform) return true;
        if (http.Request.Headers.Authorization.Count > 0) Log.DashboardRefused(log, address?.ToString());
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"ImageService jobs: platform key as password\", charset=\"UTF-8\"";
        return false;
    }

    private static string? Presented(HttpRequest request)
    {
        if (request.Headers["X-API-Key"] is [{ Length: > 0 } key]) return key;
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var header) || !string.Equals(header.Scheme, "Basic", StringComparison.OrdinalIgnoreCase)) return null;
        Span<byte> bytes = stackalloc byte[512];
        if (!Convert.TryFromBase64String(header.Parameter ?? "", bytes, out var length)) return null;
        var text = Encoding.UTF8.GetString(bytes[..length]);
        return text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? text[(colon + 1)..] : null;
    }
}

internal static class DashboardEndpoints
{
    /// <summary>Maps <c>/hangfire</c>, closed to everyone whom <see cref="DashboardAccess"/> does not admit.</summary>
    public static void MapDashboard(this WebApplication app) => app.MapHangfireDashboard("/hangfire", new DashboardOptions
    {
        Authorization = [],
        AsyncAuthorization = [app.Services.GetRequiredService<DashboardAccess>()],
        DashboardTitle = "ImageService jobs",
        DisplayStorageConnectionString = false,
    });
}
