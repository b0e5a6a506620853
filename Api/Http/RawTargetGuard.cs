using ImageService.Core.Dialects;
using ImageService.Core.Signing;
using Microsoft.AspNetCore.Http.Features;

namespace ImageService.Api.Http;

/// <summary>
/// Refuses request targets whose path another hop may read differently: dot segments, backslashes, and encoded separators, dots and percent signs.
/// What is signed and routed here is then exactly what was sent.
/// </summary>
internal sealed class RawTargetGuard(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";

        // Other services' URLs carry whole URLs in their paths; they are read as they were sent, and never routed.
        return http.Features.Get<HostFacts>() is null && !RawPath.IsSafe(target)
            ? Problems.WriteAsync(http, Problems.Invalid("The path may not hold dot segments, backslashes or encoded separators (%2F, %5C, %25, %2E)."))
            : next(http);
    }
}
