using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.Net.Http.Headers;

namespace ImageService.Api.Idempotency;

/// <summary>
/// Repeats the answer of a creation when the same caller sends the same <c>Idempotency-Key</c> again within a day, instead of creating twice.
/// A second request while the first still runs is a conflict; the same key with another body is told. Answers of 5xx, 401, 408 and 429 are not kept.
/// It stands around the whole route, before its body is read, and never reads more of a body than the route does: an answer that came before the body's
/// end, such as 413, is not kept, and a
/// repetition is read no further than the request it repeats.
/// </summary>
internal sealed class IdempotencyMiddleware(RequestDelegate next, IdempotencyStore store, TimeProvider clock)
{
    private const int MaxKeptBytes = 256 * 1024;

    /// <summary>Bytes that a body may hold behind what a route reads of it: the end of a form, white space.</summary>
    private const int Epilogue = 64 * 1024;

    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<IdempotentRoute>() is null || !http.Request.Headers.TryGetValue(IdempotentRoute.Header, out var presented))
        {
            await next(http);
            return;
        }

        if (presented is not [{ Length: >= 1 and <= 255 } key] || key.Any(static letter => letter is < '!' or > '~'))
        {
            await Problems.WriteAsync(http, Problems.Invalid($"{IdempotentRoute.Header} must be 1 to 255 visible ASCII characters."));
            return;
        }

        await RunAsync(http, KeyHash(http, key));
    }

    private async Task RunAsync(HttpContext http, string keyHash)
    {
        var organizationId = http.Caller().OrganizationId;
        var ct = http.RequestAborted;
        var body = new BodyFingerprint(http.Request.Body, Boundary(http));
        await using (body)
        {
            if (await store.BeginAsync(organizationId, keyHash, ct) is { } earlier)
            {
                await RepeatAsync(http, earlier, body);
                return;
            }

            http.Request.Body = body;
            await FirstAsync(http, organizationId, keyHash, body);
        }
    }

    private async Task FirstAsync(HttpContext http, Guid? organizationId, string keyHash, BodyFingerprint body)
    {
        var original = http.Response.Body;
        using var kept = new MemoryStream();
        http.Response.Body = kept;
        var finished = false;
        using var ended = new CancellationTokenSource();
        var alive = StayAliveAsync(organizationId, keyHash, ended.Token);
        try
        {
            await next(http);
            if (IsFinal(http.Response.StatusCode) && kept.Length <= MaxKeptBytes
                && await body.FinishAsync(body.BytesRead + Epilogue, CancellationToken.None) is { } requestHash)
            {
                var answer = new StoredAnswer(http.Response.StatusCode, http.Response.ContentType, http.Response.Headers.Location.ToString(), kept.ToArray());

                // Whether or not the caller still listens: what was created is created, and the repetition must say so.
                await store.FinishAsync(organizationId, keyHash, $"{body.BytesRead}:{requestHash}", answer, CancellationToken.None);
                finished = true;
            }
        }
        finally
        {
            http.Response.Body = original;
            await ended.CancelAsync();
            await alive;
            if (!finished)
                await store.ForgetAsync(organizationId, keyHash, CancellationToken.None);
        }

        kept.Position = 0;
        await kept.CopyToAsync(original, http.RequestAborted);
    }

    /// <summary>Tells the others that this request runs, so that they wait for a slow one and not for a dead one.</summary>
    private async Task StayAliveAsync(Guid? organizationId, string keyHash, CancellationToken ended)
    {
        using var timer = new PeriodicTimer(IdempotencyStore.SignOfLife, clock);
        while (!ended.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(ended);
                await store.RenewAsync(organizationId, keyHash, ended);
            }
            catch (OperationCanceledException) when (ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (RegistryFailure.IsUnavailable(failure))
            {
                // The next tick tries again; what the request itself needs of the registry fails on its own.
            }
        }
    }

    private static async Task RepeatAsync(HttpContext http, EarlierRequest earlier, BodyFingerprint body)
    {
        if (earlier.Answer is not { } answer)
        {
            await Problems.WriteAsync(http,
                new Error(ErrorCode.Conflict,
                    $"A request with this {IdempotentRoute.Header} is still running. Try again shortly.")
                { RetryAfter = TimeSpan.FromSeconds(1) });
            return;
        }

        // The boundaries of two forms may differ in length.
        var (length, hash) = earlier.RequestHash.Split(':') is [var bytes, var digits] ? (long.Parse(bytes, CultureInfo.InvariantCulture), digits) : (0, "");
        if (await body.FinishAsync(length + Epilogue, http.RequestAborted) != hash)
        {
            await Problems.WriteAsync(http,
                new Error(ErrorCode.IdempotencyKeyReused,
                    $"This {IdempotentRoute.Header} was sent with another body before. Use a new key for a new request."));
            return;
        }

        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        if (!string.IsNullOrEmpty(answer.Location))
            http.Response.Headers.Location = answer.Location;
        http.Response.Headers["Idempotency-Replayed"] = "true";
        await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }

    private static bool IsFinal(int status) => status is < 500 and not 401 and not 408 and not 429;

    private static string KeyHash(HttpContext http, string key)
    {
        var caller = http.Caller();
        var text = $"{caller.Type} {caller.Id}\n{http.Request.Method} {http.Request.Path}\n{key}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string? Boundary(HttpContext http) =>
        MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) && type.Type == "multipart"
            ? HeaderUtilities.RemoveQuotes(type.Boundary).Value : null;
}

/// <summary>Where the middleware stands.</summary>
internal static class IdempotencyApp
{
    /// <summary>After access control, which tells whose key it is.</summary>
    public static void UseIdempotency(this WebApplication app) => app.UseMiddleware<IdempotencyMiddleware>();
}
