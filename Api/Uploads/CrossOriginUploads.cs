using ImageService.Api.Http;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Uploads;

/// <summary>
/// CORS for the routes that take uploads (https://fetch.spec.whatwg.org/#http-cors-protocol): a page of another origin may send them and read their
/// answers, as <see cref="PageOrigin"/> has it.
/// </summary>
internal sealed class CrossOriginUploads(RequestDelegate next, IOptions<ApiOptions> options)
{
    private const string AllowedHeaders =
        "Authorization, Content-Type, Content-MD5, Idempotency-Key, If-Match, Tus-Resumable, Upload-Length, Upload-Offset, Upload-Metadata, Upload-Checksum, Upload-Defer-Length, Upload-Concat, "
        + "X-API-Key, X-HTTP-Method-Override, X-Organization, X-Request-ID, X-Requested-With, traceparent, tracestate";

    /// <summary>How long a browser may remember a preflight, s: the most that browsers keep to.</summary>
    private const string MaxAge = "7200";

    private readonly string _portal = new Uri(options.Value.PortalBaseUrl).GetLeftPart(UriPartial.Authority);

    public Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<OpenToPages>() is null || http.Request.Headers.Origin is not [{ Length: > 0 } origin])
            return next(http);
        var page = new PageOrigin(origin, IsTrusted(http.Request, origin));
        http.Features.Set(page);

        // On starting, because the exception handler clears what was set before.
        http.Response.OnStarting(
            static state =>
            {
                var (response, page) = ((HttpResponse, PageOrigin))state;
                page.Write(response.Headers);
                return Task.CompletedTask;
            },
            (http.Response, page));
        return next(http);
    }

    /// <summary>Answers preflights of a route; the same answer for every page and whatever the path names.</summary>
    /// <param name="routes">Where.</param>
    /// <param name="pattern">The route's.</param>
    /// <param name="methods">Those that pages may send there.</param>
    public static void MapPreflight(IEndpointRouteBuilder routes, string pattern, params string[] methods)
    {
        var allowed = string.Join(", ", methods);
        routes.MapMethods(pattern, [HttpMethods.Options], (HttpContext http) =>
        {
            WritePreflight(http.Response.Headers, allowed);
            return Results.NoContent();
        }).AllowAnonymous().ExcludeFromDescription();
    }

    public static void WritePreflight(IHeaderDictionary headers, string methods)
    {
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlAllowMethods = methods;
        headers.AccessControlAllowHeaders = AllowedHeaders;
        headers.AccessControlMaxAge = MaxAge;
    }

    private bool IsTrusted(HttpRequest request, string origin) =>
        origin.Equals(_portal, StringComparison.OrdinalIgnoreCase) || origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
}

/// <summary>Marks a route that pages of other origins may send to.</summary>
internal sealed record OpenToPages
{
    public static readonly OpenToPages Instance = new();
}

/// <summary>How routes are opened to pages.</summary>
internal static class OpenToPagesExtensions
{
    public static TBuilder OpenToPages<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(Uploads.OpenToPages.Instance);

    /// <summary>After routing, before anything can refuse.</summary>
    public static void UseCrossOriginUploads(this WebApplication app) => app.UseMiddleware<CrossOriginUploads>();
}
