using System.Globalization;
using ImageService.Core.Caching;
using ImageService.Core.Operations;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;

namespace ImageService.Api.Gateway;

/// <summary>Writes what an image's answer carries: headers that hold for every status, and the body or its part.</summary>
internal static class ImageResponse
{
    private const string NothingRuns = "default-src 'none'; frame-ancestors *; sandbox";
    private const string Exposed = "ETag, X-Cache, X-Width-Snapped, X-Size-Limited, Server-Timing, Content-Length, Content-Range, Retry-After";

    /// <summary>CORS of an answer that says nothing of any space: every page may read the problem, whether the space exists or not.</summary>
    public static void AllowAnyOrigin(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = Exposed;
        headers["Timing-Allow-Origin"] = "*";
    }

    /// <summary>CORS by the space's policy, once it is certain that the image is there.</summary>
    public static void AllowOrigins(HttpContext http, SpaceScope space)
    {
        var headers = http.Response.Headers;
        var origin = ReferrerRule.AllowedOrigin(space.Policy.CorsOrigins, http.Request.Headers.Origin);
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
    public static void Describe(HttpContext http, VariantDescription variant, UrlTrust trust)
    {
        var headers = http.Response.Headers;
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
    }

    /// <summary>Says that the answer depends on <c>Accept</c>; once, and on errors too.</summary>
    public static void VaryByAccept(HttpContext http)
    {
        if (!http.Response.Headers.Vary.Contains("Accept"))
            http.Response.Headers.Append("Vary", "Accept");
    }

    /// <summary>Writes status, length and body: the whole image, one range of it (206), or that the range cannot be had (416).</summary>
    /// <returns>Bytes of body sent.</returns>
    public static async ValueTask<long> SendAsync(HttpContext http, VariantDescription variant, OpenedVariant opened, TimeSpan resolved, TimeSpan total)
    {
        var (request, response) = (http.Request, http.Response);
        response.Headers["X-Cache"] = opened.Layer.Name();
        response.Headers["Server-Timing"] = Timing(opened, resolved, total);
        response.Headers.AcceptRanges = "bytes";
        var isHead = HttpMethods.IsHead(request.Method);
        var range = isHead || request.Headers.Range.Count == 0 || !ConditionalRequest.AllowsRange(request.Headers, variant.ETag, variant.Asset.UploadedAt)
            ? new RequestedRange(RangeKind.Whole, 0, opened.Length)
            : RequestedRange.Of(request.Headers.Range, opened.Length);
        if (range.Kind == RangeKind.Unsatisfiable)
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = $"bytes */{opened.Length}";
            response.Headers.CacheControl = "no-store";
            response.ContentLength = 0;
            return 0;
        }

        if (range.Kind == RangeKind.Part)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {range.Offset}-{range.Offset + range.Length - 1}/{opened.Length}";
        }

        response.ContentType = variant.Canonical.Format.MediaType();
        response.ContentLength = range.Length;
        if (isHead)
            return 0;
        await opened.CopyToAsync(response.BodyWriter, range.Offset, range.Length, http.RequestAborted);
        return range.Length;
    }

    private static string Timing(OpenedVariant opened, TimeSpan resolved, TimeSpan total) => opened.Times is { } times && opened.Layer == CacheLayer.Miss
        ? string.Create(CultureInfo.InvariantCulture, $"resolve;dur={resolved.TotalMilliseconds:0.##}, wait;dur={times.Wait.TotalMilliseconds:0.##}, read;dur={times.Read.TotalMilliseconds:0.##}, transform;dur={times.Transform.TotalMilliseconds:0.##}, store;dur={times.Store.TotalMilliseconds:0.##}, total;dur={total.TotalMilliseconds:0.##}")
        : string.Create(CultureInfo.InvariantCulture, $"resolve;dur={resolved.TotalMilliseconds:0.##}, cache;desc={opened.Layer.Name()};dur={(total - resolved).TotalMilliseconds:0.##}, total;dur={total.TotalMilliseconds:0.##}");
}
