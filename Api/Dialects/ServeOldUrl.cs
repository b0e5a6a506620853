using ImageService.Api.Gateway;
using ImageService.Api.Http;
using ImageService.Api.RateLimiting;
using ImageService.Core.Dialects;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using ImageService.Core.Tenancy;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Dialects;

/// <summary>
/// A GET on a customer's own host: the URL is taken apart, its signature judged, its picture found, and then it is an ordinary image request, with the same
/// policies, limits, caches and headers.
/// Nothing else of the Api is reachable there.
/// </summary>
internal sealed class ServeOldUrl(OldUrlReader reader, TenantDirectory tenants, ServeImage images, TimeProvider time)
{
    private static readonly Error OnlyReading = new(ErrorCode.MethodNotAllowed, "Use one of: GET, HEAD, OPTIONS.");

    public async Task HandleAsync(HttpContext http, HostFacts host)
    {
        var method = http.Request.Method;
        if (HttpMethods.IsOptions(method))
        {
            await GatewayEndpoints.Preflight(http);
            return;
        }

        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
        {
            http.Response.Headers.Allow = "GET, HEAD, OPTIONS";
            await Problems.WriteAsync(http, OnlyReading);
            return;
        }

        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw
            ? raw : http.Request.Path.ToUriComponent() + http.Request.QueryString;
        target = string.Concat(RawPath.Of(target), target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? target.AsSpan(mark) : default);
        if (host.Dialect is UrlDialect.Native && AccessOf(http.Request.Path) is { } access)
        {
            await ServeNativeAsync(http, host, target, access);
            return;
        }

        await ServeAsync(http, host, target);
    }

    private async Task ServeAsync(HttpContext http, HostFacts host, string target)
    {
        var (ct, started) = (http.RequestAborted, time.GetTimestamp());
        ImageResponse.AllowAnyOrigin(http.Response.Headers);
        if (!reader.Judge(host, target).TryGet(out var judged, out var error)
            || !(await FindSpaceAsync(host, ct)).TryGet(out var space, out error)
            || !(await images.AdmitAsync(http, space, ct)).TryGet(out RateDecision _, out error)
            || !(await reader.LocateAsync(host, space, judged, target, ct)).TryGet(out var found, out error))
        {
            await images.RefuseEvenlyAsync(http, error, started);
            return;
        }

        var trust = new UrlTrust(judged.IsSigned, judged.Life) { IsByName = true };
        var (asset, meaning) = found;
        var file = new UrlOperations(meaning.Operations, meaning.Extension);
        var asked = new AskedImage
        {
            Space = space,
            Access = asset.Access,
            AssetId = asset.AssetId,
            Version = asset.Version,
            File = file,
            Trust = trust,
        };
        await images.ServeAsync(http, asked, started);
    }

    /// <summary>The service's own URLs on a customer's host: of the host's space alone.</summary>
    private async Task ServeNativeAsync(HttpContext http, HostFacts host, string target, AssetAccess access)
    {
        if (!RawPath.IsSafe(target))
            await Problems.WriteAsync(http, DialectErrors.Unreadable("dot segments, backslashes and encoded separators are not taken"));
        else if (ImageUrl.TryParse(http.Request.Path.Value ?? "", out var url)
            && (url.Organization, url.Tenant, url.Space) == (host.OrganizationSlug, host.TenantSlug, host.SpaceSlug))
            await images.HandleAsync(http, access);
        else
            await images.RefuseEvenlyAsync(http, DialectErrors.NotFound, time.GetTimestamp());
    }

    private async ValueTask<Result<SpaceScope>> FindSpaceAsync(HostFacts host, CancellationToken ct) =>
        await tenants.FindSpaceAsync(host.OrganizationSlug, host.TenantSlug, host.SpaceSlug, ct) is { } space && space.SpaceId == host.SpaceId
            ? space : DialectErrors.NotFound;

    private static AssetAccess? AccessOf(PathString path) =>
        path.StartsWithSegments("/v1/pub", StringComparison.Ordinal) ? AssetAccess.Public
        : path.StartsWithSegments("/v1/priv", StringComparison.Ordinal) ? AssetAccess.Private
        : null;
}

/// <summary>The dialects' place in the Api.</summary>
internal static class DialectsMapping
{
    public static void AddDialectHosts(this IServiceCollection services) => services.AddSingleton<ServeOldUrl>();

    /// <summary>Ends every request that came to a customer's host; where this process serves no images there is nothing on it.</summary>
    public static void UseDialects(this WebApplication app)
    {
        var serve = app.Services.GetRequiredService<ServeOldUrl>();
        var isServing = app.Services.GetRequiredService<IOptions<ApiOptions>>().Value.Serve is not ServedHalf.Control;
        app.Use((http, next) => http.Features.Get<HostFacts>() is not { } host ? next(http)
            : isServing ? serve.HandleAsync(http, host)
            : Problems.WriteAsync(http, DialectErrors.NotFound));
    }
}
