using ImageService.Api.Http;
using ImageService.Core.Dialects;
using ImageService.Core.Errors;

namespace ImageService.Api.RateLimiting;

/// <summary>
/// Answers addresses that collect refusals, guessing names, ids, keys or signatures, with 429 before anything is looked up. Counts answers 401, 403 and 404
/// by address and minute
/// (an IPv6 caller by its /64), in this process only: the aim is to make guessing slow and cheap to refuse, not to be exact.
/// </summary>
internal sealed class ScanLimiter(RequestDelegate next, ScanCounts counts, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Features.Get<HostFacts>() is null && !http.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
        {
            await next(http);
            return;
        }

        if (counts.IsRefused(http.Connection.RemoteIpAddress))
        {
            await RefuseAsync(http);
            return;
        }

        await next(http);
        if (http.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status404NotFound)
            counts.Note(http.Connection.RemoteIpAddress);
    }

    private Task RefuseAsync(HttpContext http)
    {
        var rest = TimeSpan.FromSeconds(60 - (time.GetUtcNow().ToUnixTimeSeconds() % 60));
        new RateDecision(false, counts.Limit, 0, rest).WriteHeaders(http.Response);
        return Problems.WriteAsync(http,
            new Error(ErrorCode.RateLimited,
                "Too many requests from your address were refused. Wait, then ask for what exists and is yours.")
            { RetryAfter = rest });
    }
}
