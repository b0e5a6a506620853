using System.Collections.Concurrent;
using ImageService.Api.Http;
using ImageService.Core.Dialects;
using ImageService.Core.Errors;
using Microsoft.Extensions.Options;

namespace ImageService.Api.RateLimiting;

/// <summary>
/// Answers addresses that collect refusals, guessing names, ids, keys or signatures, with 429 before anything is looked up. Counts answers 401, 403 and 404 by address and minute
/// (an IPv6 caller by its /64), in this process only: the aim is to make guessing slow and cheap to refuse, not to be exact.
/// </summary>
internal sealed class ScanLimiter(RequestDelegate next, IOptions<RateLimitOptions> options, TimeProvider time)
{
    private ConcurrentDictionary<UInt128, int> _refusals = new();
    private long _minute;

    public async Task InvokeAsync(HttpContext http)
    {
        if (options.Value.ScansPerMinute == 0 || !(http.Features.Get<HostFacts>() is not null || http.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal)) || CallerAddress.Of(http.Connection.RemoteIpAddress, options.Value.SpareLoopback) is not { } caller)
        {
            await next(http);
            return;
        }

        var refusals = Current();
        if (refusals.TryGetValue(caller, out var count) && count >= options.Value.ScansPerMinute)
        {
            await RefuseAsync(http);
            return;
        }

        await next(http);
        if (http.Response.StatusCode is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden or StatusCodes.Status404NotFound)
            refusals.AddOrUpdate(caller, 1, static (_, known) => known + 1);
    }

    private Task RefuseAsync(HttpContext http)
    {
        var limit = options.Value.ScansPerMinute;
        var rest = TimeSpan.FromSeconds(60 - (time.GetUtcNow().ToUnixTimeSeconds() % 60));
        new RateDecision(false, limit, 0, rest).WriteHeaders(http.Response);
        return Problems.WriteAsync(http, new Error(ErrorCode.RateLimited, "Too many requests from your address were refused. Wait, then ask for what exists and is yours.") { RetryAfter = rest });
    }

    private ConcurrentDictionary<UInt128, int> Current()
    {
        var minute = time.GetUtcNow().ToUnixTimeSeconds() / 60;
        if (Volatile.Read(ref _minute) != minute || _refusals.Count > options.Value.MaxAddresses)
        {
            _refusals = new ConcurrentDictionary<UInt128, int>();
            Volatile.Write(ref _minute, minute);
        }

        return _refusals;
    }
}
