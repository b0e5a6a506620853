using ImageService.Core.Errors;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace ImageService.Api.Http;

/// <summary>
/// Holds the body of every route to <c>Api:MaxManagementBodyBytes</c>, unless the route says that it streams (metadata without a limit); a body that says
/// it is JSON is held to it there too.
/// What announces more is refused before a byte of it is read.
/// </summary>
internal sealed class BodyLimits(RequestDelegate next, IOptions<ApiOptions> options)
{
    public static readonly Error TooLarge = new(ErrorCode.PayloadTooLarge, "The body is larger than this route takes.");

    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || (Streams(http.GetEndpoint()) && !request.HasJsonContentType()))
            return next(http);
        var limit = options.Value.MaxManagementBodyBytes;
        if (request.ContentLength > limit)
        {
            // The server closes a connection whose body it will not read: callers are told, or their next request would go there.
            http.Response.Headers.Connection = "close";
            return Problems.WriteAsync(http, TooLarge);
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = limit;
        return next(http);
    }

    private static bool Streams(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is { MaxRequestBodySize: null };
}
