using System.Diagnostics.CodeAnalysis;
using ImageService.Api.Http;
using ImageService.Api.RateLimiting;
using ImageService.Core.Errors;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;

namespace ImageService.Api.Gateway;

/// <summary>
/// One image GET, from URL to bytes: the only place that knows the order of its stops. Each may end the walk; a warm image passes all of them
/// without a call to database, Redis or store.
/// </summary>
internal sealed class ServeImage(
    TenantDirectory tenants,
    RateLimiter limiter,
    SignatureGuard signatures,
    UrlOperationsCache files,
    VariantProvider variants,
    QuotaGuard quotas,
    ServedImages served,
    TimeProvider time)
{
    private static readonly Error WrongReferrer = new(ErrorCode.PolicyForbids,
        "Images of this space may not be embedded by this site (policy allowed_referrers).");

    /// <summary>
    /// What a stranger gets for a name that is not there and for one that is: the same words, the same headers, not before the same time. So a signature is
    /// judged, and a file name read, before
    /// anything that only a space that exists could say.
    /// </summary>
    public async Task HandleAsync(HttpContext http, AssetAccess access)
    {
        var (ct, started) = (http.RequestAborted, time.GetTimestamp());
        ImageResponse.AllowAnyOrigin(http.Response.Headers);
        if (!ImageUrl.TryParse(http.Request.Path.Value ?? "", out var url))
        {
            await Problems.WriteAsync(http, VariantErrors.NotFound);
            return;
        }

        var space = await tenants.FindSpaceAsync(url.Organization, url.Tenant, url.Space, ct);
        if (!(await signatures.JudgeAsync(http, space, access, ct)).TryGet(out var trust, out var error)
            || !files.Parse(url.File).TryGet(out var file, out error)
            || !Exists(space, out error)
            || !(await AdmitAsync(http, space, ct)).TryGet(out RateDecision admitted, out error))
        {
            served.NoteRefused(space);
            await RefuseEvenlyAsync(http, error, started);
            return;
        }

        var asked = new AskedImage
        {
            Space = space,
            Access = access,
            AssetId = url.AssetId,
            Version = url.Version,
            File = file,
            Trust = trust,
        };
        await ServeAsync(http, asked, started);
    }

    /// <summary>The walk from an image that is known by its id, and admitted, to its bytes.</summary>
    public async Task ServeAsync(HttpContext http, AskedImage asked, long started)
    {
        var (ct, space, trust) = (http.RequestAborted, asked.Space, asked.Trust);
        if (!(await DescribeAsync(http, asked, ct)).TryGet(out var variant, out var error))
        {
            served.NoteRefused(space);
            await RefuseEvenlyAsync(http, error, started);
            return;
        }

        ImageResponse.AllowOrigins(http.Request.Headers, http.Response.Headers, space);
        if (await quotas.JudgeServingAsync(space, ct) is { } usedUp)
        {
            served.NoteRefused(space);
            await RefuseAsync(http, usedUp);
            return;
        }

        if (!ReferrerRule.Allows(space.Policy.AllowedReferrers, http.Request.Headers.Referer))
        {
            served.NoteRefused(space);
            await RefuseAsync(http, WrongReferrer);
            return;
        }

        ImageResponse.Describe(http.Response.Headers, variant, trust);
        var resolved = time.GetElapsedTime(started);
        if (!await MeetsPreconditionsAsync(http, variant, trust))
            return;

        if (!(await variants.OpenAsync(variant, ct)).TryGet(out var opened, out error))
        {
            served.NoteRefused(space);
            await RefuseAsync(http, error);
            return;
        }

        await using var _ = opened;
        try
        {
            await ImageResponse.SendAsync(http, variant, trust, opened, resolved, time.GetElapsedTime(started));
        }
        finally
        {
            // Who hangs up in the middle has used what was sent until then.
            served.Note(variant, IsView(http), opened.Sent, opened.Length, opened.Layer);
        }
    }

    private static bool IsView(HttpContext http) => ServedImages.IsView(http.Request.QueryString.Value);

    private static bool Exists([NotNullWhen(true)] SpaceScope? space, [NotNullWhen(false)] out Error? error)
    {
        error = space is null ? VariantErrors.NotFound : null;
        return space is not null;
    }

    /// <summary>The rate, which holds before anything of the space is looked at.</summary>
    public async ValueTask<Result<RateDecision>> AdmitAsync(HttpContext http, SpaceScope space, CancellationToken ct)
    {
        var policy = space.Policy;
        var key = RateKey.Of(RateKind.Images, policy.RateLimitLevel, space.OrganizationId, space.TenantId, space.SpaceId);
        var rate = await limiter.TakeAsync(key, policy.RateLimitRequests, policy.RateLimitWindow, ct);
        if (rate.IsAllowed)
            return rate;
        rate.WriteHeaders(http.Response);
        return rate.ToError(
            $"images per {policy.RateLimitWindow.TotalSeconds} s are served for the {SnakeCase.Write(policy.RateLimitLevel)} (policy rate_limit_requests)");
    }

    private async ValueTask<Result<VariantDescription>> DescribeAsync(HttpContext http, AskedImage asked, CancellationToken ct)
    {
        var (file, trust) = (asked.File, asked.Trust);
        if (file.Operations.Format is { IsAuto: true })
            ImageResponse.VaryByAccept(http.Response.Headers);
        var described = await variants.DescribeAsync(
            new VariantRequest
            {
                Space = asked.Space,
                AssetId = asked.AssetId,
                Version = asked.Version,
                Operations = file.Operations,
                Extension = file.Extension,
                Access = asked.Access,
                Accept = http.Request.Headers.Accept,
                Hints = ClientHintHeaders.Read(http.Request.Headers),
                IsSigned = trust.IsSigned,
                IsForAsset = trust.IsForAsset,
            },
            ct);
        if (described is { IsSuccess: true, Value.IsNegotiated: true })
            ImageResponse.VaryByAccept(http.Response.Headers);
        ClientHintHeaders.Vary(http.Response.Headers, file.Operations, described.IsSuccess ? described.Value.Preset?.Operations : null);
        return described;
    }

    /// <summary>Answers 304 or 412 where the preconditions ask for it; a 304 needs no bytes.</summary>
    private async ValueTask<bool> MeetsPreconditionsAsync(HttpContext http, VariantDescription variant, UrlTrust trust)
    {
        var verdict = ConditionalRequest.Judge(http.Request.Headers, variant, trust);
        if (verdict == Precondition.Proceed)
            return true;
        if (verdict == Precondition.Failed)
        {
            await RefuseAsync(http, IfMatch.Stale);
            return false;
        }

        http.Response.StatusCode = StatusCodes.Status304NotModified;
        served.NoteNotModified(variant, IsView(http));
        return false;
    }

    /// <summary>Refuses; that nothing is there, or that a signature is wrong, not before the time that finding out takes.</summary>
    public async Task RefuseEvenlyAsync(HttpContext http, Error error, long started)
    {
        if (error.Code is ErrorCode.NotFound or ErrorCode.InvalidSignature)
            await time.EvenOutAsync(started, EvenTime.OfImage, http.RequestAborted);
        await RefuseAsync(http, error);
    }

    /// <summary>An error must not be kept as if it were the image.</summary>
    private static Task RefuseAsync(HttpContext http, Error error)
    {
        var headers = http.Response.Headers;
        headers.ETag = default;
        headers.LastModified = default;
        if (error.Code is ErrorCode.PeriodicQuotaExceeded)
            new RateDecision(false, error.Limit ?? 0, 0, error.RetryAfter ?? TimeSpan.Zero).WriteHeaders(http.Response);
        return Problems.WriteAsync(http, error);
    }
}

/// <summary>An image known by its id, as a URL asks for it.</summary>
internal sealed record AskedImage
{
    public required SpaceScope Space { get; init; }

    public required AssetAccess Access { get; init; }

    public required AssetId AssetId { get; init; }

    public required int Version { get; init; }

    public required UrlOperations File { get; init; }

    public required UrlTrust Trust { get; init; }
}
