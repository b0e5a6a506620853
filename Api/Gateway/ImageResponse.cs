using System.Globalization;
using ImageService.Api.Http;
using ImageService.Core.Caching;
using ImageService.Core.Operations;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;
using Microsoft.AspNetCore.Http.Features;

namespace ImageService.Api.Gateway;

/// <summary>Writes what an image's answer carries: headers that hold for every status, and the body or its part.</summary>
internal static class ImageResponse
{
    private const string NothingRuns = "default-src 'none'; frame-ancestors *; sandbox";
    private const string Exposed = "ETag, X-Cache, X-Width-Snapped, X-Size-Limited, X-Content-Credentials, "
        + "Server-Timing, Content-Length, Content-Range, Retry-After";

    /// <summary>CORS of an answer that says nothing of any space: every page may read the problem, whether the space exists or not.</summary>
    public static void AllowAnyOrigin(IHeaderDictionary headers)
    {
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = Exposed;
        headers["Timing-Allow-Origin"] = "*";
    }

    /// <summary>CORS by the space's policy, once it is certain that the image is there.</summary>
    public static void AllowOrigins(IHeaderDictionary request, IHeaderDictionary headers, SpaceScope space)
    {
        var origin = ReferrerRule.AllowedOrigin(space.Policy.CorsOrigins, request.Origin);
        if (origin is not "*" && space.Policy.CorsOrigins.Count > 0)
            headers.Append("Vary", "Origin");
        if (origin is "*")
            return;
        headers.AccessControlAllowOrigin = origin;
        headers["Timing-Allow-Origin"] = origin;
        if (origin is null)
            headers.AccessControlExposeHeaders = default;
    }

    /// <summary>Headers of 200, 206 and 304.</summary>
    public static void Describe(IHeaderDictionary headers, VariantDescription variant, UrlTrust trust)
    {
        headers.ETag = variant.ETag;
        headers.LastModified = variant.LastModified;
        headers.CacheControl = CacheControl.For(variant, trust);
        headers["Cache-Tag"] = variant.CacheTag;
        headers["Surrogate-Key"] = variant.SurrogateKey;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = NothingRuns;
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (variant.SnappedWidth is { } width)
            headers["X-Width-Snapped"] = width.ToString(CultureInfo.InvariantCulture);
        if (variant.SizeLimited is { } limited)
            headers["X-Size-Limited"] = limited;
        if (variant.ContentCredentials is { } credentials)
            headers["X-Content-Credentials"] = credentials;
    }

    /// <summary>Says that the answer depends on <c>Accept</c>; once, and on errors too.</summary>
    public static void VaryByAccept(IHeaderDictionary headers)
    {
        if (!headers.Vary.Contains("Accept"))
            headers.Append("Vary", "Accept");
    }

    /// <summary>Writes status, length and body: the whole image, one range of it (206), or that the range cannot be had (416).</summary>
    public static async Task SendAsync(HttpContext http, VariantDescription variant, UrlTrust trust, OpenedVariant opened, TimeSpan resolved, TimeSpan total)
    {
        var (request, response) = (http.Request, http.Response);
        var range =
            Begin(request.Method, request.Headers, http.Features.GetRequiredFeature<IHttpResponseFeature>(), variant, trust, opened.Length,
                opened.Layer, Timing(opened, resolved, total));
        if (range.Length == 0)
            return;
        if (opened.TryTake(range.Offset, range.Length, out var bytes))
            await LentBody.WriteAsync(http.Features, bytes, http.RequestAborted);
        else
            await opened.CopyToAsync(response.BodyWriter, range.Offset, range.Length, http.RequestAborted);
    }

    /// <summary>Everything of the answer but its body.</summary>
    /// <returns>The part of the image that is its body; nothing for <c>HEAD</c> and 416.</returns>
    public static RequestedRange Begin(
        string method, IHeaderDictionary request, IHttpResponseFeature response, VariantDescription variant, UrlTrust trust, long length, CacheLayer layer,
        string timing)
    {
        var headers = response.Headers;
        headers["X-Cache"] = layer.Name();
        headers["Server-Timing"] = timing;
        headers.AcceptRanges = "bytes";
        var isHead = HttpMethods.IsHead(method);
        var range = isHead || request.Range.Count == 0 || !ConditionalRequest.AllowsRange(request, variant.ETag, ConditionalRequest.DateOf(variant, trust))
            ? new RequestedRange(RangeKind.Whole, 0, length)
            : RequestedRange.Of(request.Range, length);
        if (range.Kind == RangeKind.Unsatisfiable)
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            headers.ContentRange = $"bytes */{length}";
            headers.CacheControl = "no-store";
            headers.ContentLength = 0;
            return range with { Length = 0 };
        }

        if (range.Kind == RangeKind.Part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            headers.ContentRange = $"bytes {range.Offset}-{range.Offset + range.Length - 1}/{length}";
        }

        headers.ContentType = variant.Canonical.Format.MediaType();
        headers.ContentLength = range.Length;
        return isHead ? range with { Length = 0 } : range;
    }

    /// <summary>
    /// Answers a CORS preflight, alike for every page and whatever the path names, so that it tells of no space; the image's own answer says who may read
    /// it.
    /// </summary>
    public static void AnswerPreflight(IHeaderDictionary request, IHttpResponseFeature response)
    {
        response.StatusCode = StatusCodes.Status204NoContent;
        response.Headers.Vary = "Origin";
        response.Headers.AccessControlAllowOrigin = request.Origin is [{ Length: > 0 } origin] ? origin : "*";
        response.Headers.AccessControlAllowMethods = "GET, HEAD, OPTIONS";
        response.Headers.AccessControlAllowHeaders =
            "Accept, Range, If-Match, If-None-Match, If-Modified-Since, If-Range, DPR, Width, Viewport-Width, Save-Data";
        response.Headers.AccessControlMaxAge = "86400";
    }

    private static string Timing(OpenedVariant opened, TimeSpan resolved, TimeSpan total) => opened.Times is { } times && opened.Layer == CacheLayer.Miss
        ? string.Create(CultureInfo.InvariantCulture,
            $"resolve;dur={resolved.TotalMilliseconds:0.##}, wait;dur={times.Wait.TotalMilliseconds:0.##}, read;dur={times.Read.TotalMilliseconds:0.##}, transform;dur={times.Transform.TotalMilliseconds:0.##}, store;dur={times.Store.TotalMilliseconds:0.##}, total;dur={total.TotalMilliseconds:0.##}")
        : string.Create(CultureInfo.InvariantCulture,
            $"resolve;dur={resolved.TotalMilliseconds:0.##}, cache;desc={opened.Layer.Name()};dur={(total - resolved).TotalMilliseconds:0.##}, total;dur={total.TotalMilliseconds:0.##}");
}
