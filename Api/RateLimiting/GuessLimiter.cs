using System.Collections.Concurrent;
using ImageService.Api.Http;
using ImageService.Core.Errors;
using Microsoft.Extensions.Options;

namespace ImageService.Api.RateLimiting;

/// <summary>
/// Limits how often one address may try a password, a code or a reset link, whoever's account it tries them on: the lock-out protects one account, this
/// protects
/// all of them from somebody who tries one password on each. An attempt is taken before it is judged, so that parallel ones all count, and given back where it
/// succeeds, unless it cost somebody a mail. A sliding minute, in this process only: several replicas allow that many times as much.
/// </summary>
internal sealed class GuessLimiter(RequestDelegate next, IOptions<RateLimitOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private ConcurrentDictionary<UInt128, RateWindow> _attempts = new();

    public async Task InvokeAsync(HttpContext http)
    {
        if (options.Value.GuessesPerMinute == 0 || http.GetEndpoint()?.Metadata.GetMetadata<TakesSecret>() is not { } kind
            || CallerAddress.Of(http.Connection.RemoteIpAddress, options.Value.SpareLoopback) is not { } caller)
        {
            await next(http);
            return;
        }

        var limit = options.Value.GuessesPerMinute;
        var window = Of(caller);
        var grant = Take(window, limit);
        if (grant.Granted == 0)
        {
            await RefuseAsync(http, limit, grant.ResetAfter);
            return;
        }

        await next(http);
        if (http.Response.StatusCode < StatusCodes.Status400BadRequest && !kind.CountsSuccess)
            GiveBack(window);
    }

    private static Task RefuseAsync(HttpContext http, int limit, TimeSpan rest)
    {
        new RateDecision(false, limit, 0, rest).WriteHeaders(http.Response);
        return Problems.WriteAsync(http,
            new Error(ErrorCode.RateLimited, "Too many attempts came from your address. Wait, then try again.") { RetryAfter = rest });
    }

    private RateWindow Of(UInt128 caller)
    {
        if (_attempts.Count > options.Value.MaxAddresses)
            _attempts = new ConcurrentDictionary<UInt128, RateWindow>();
        return _attempts.GetOrAdd(caller, static _ => new RateWindow());
    }

    private Grant Take(RateWindow window, int limit)
    {
        lock (window)
            return window.Take(NowMs(), (long)Window.TotalMilliseconds, limit, wanted: 1);
    }

    private void GiveBack(RateWindow window)
    {
        lock (window)
            window.GiveBack(NowMs(), (long)Window.TotalMilliseconds);
    }

    private long NowMs() => (long)time.GetElapsedTime(0).TotalMilliseconds;
}

/// <summary>Marks an endpoint that judges a secret a person types.</summary>
/// <param name="CountsSuccess">Whether an attempt counts though it succeeds, because it costs somebody a mail.</param>
internal sealed record TakesSecret(bool CountsSuccess);

internal static class TakesSecretExtensions
{
    /// <summary>Puts the endpoint under <see cref="GuessLimiter"/>.</summary>
    public static RouteHandlerBuilder LimitGuesses(this RouteHandlerBuilder endpoint, bool countsSuccess = false) =>
        endpoint.WithMetadata(new TakesSecret(countsSuccess));
}
