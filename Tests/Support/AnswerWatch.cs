using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace ImageService.Tests.Support;

/// <summary>Watches every answer of a host, and keeps the refusals that their routes do not name (<c>Fails</c>).</summary>
public sealed class AnswerWatch : IStartupFilter
{
    /// <summary>What every route may answer without naming it: no credential, a body beyond the limit, too many, a fault, out of order.</summary>
    private static readonly int[] Common = [401, 413, 429, 500, 503];

    private readonly ConcurrentDictionary<string, byte> _unnamed = new(StringComparer.Ordinal);

    /// <summary>Method, route and status of each.</summary>
    public IEnumerable<string> Unnamed => _unnamed.Keys.Order(StringComparer.Ordinal);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(async (http, following) =>
        {
            await following(http);
            Note(http);
        });
        next(app);
    };

    private void Note(HttpContext http)
    {
        var status = http.Response.StatusCode;
        if (status < 400 || Common.Contains(status) || http.GetEndpoint() is not RouteEndpoint { RoutePattern.RawText: { } route } endpoint)
            return;

        // A body that a route does not ask for is refused before the route, if it is no JSON.
        if (status == StatusCodes.Status400BadRequest && endpoint.Metadata.GetMetadata<IAcceptsMetadata>() is null
            && (http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0))
            return;

        // Only what the OpenAPI document describes.
        var named = endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>();
        if (named.Count > 0 && named.All(one => one.StatusCode != status))
            _unnamed.TryAdd($"{http.Request.Method} {route} {status}", 0);
    }
}
