using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using ImageService.Api.Http;
using ImageService.Api.RateLimiting;
using ImageService.Core.Caching;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using ImageService.Core.Telemetry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;
using Microsoft.AspNetCore.Http.Features;

namespace ImageService.Api.Gateway;

/// <summary>
/// The short way of an image request: answers what can be answered from this process's memory alone, on the thread where the request arrived, with the same
/// headers, counts and limits as
/// <see cref="ServeImage"/>. It decides before it does anything: until a hit is certain nothing is counted, taken or written, so that everything else,
/// every refusal too, takes the long way as if
/// nobody had looked. Nothing here waits, asks a server or runs longer than some microseconds.
/// </summary>
internal sealed class MemoryHits(
    HitEdge edge,
    HitSampling sampling,
    TenantDirectory tenants,
    SignatureGuard signatures,
    UrlOperationsCache files,
    VariantProvider variants,
    QuotaGuard quotas,
    RateLimiter limiter,
    ServedImages served,
    ImageServiceMetrics metrics)
{
    private const string PublicPrefix = "/v1/pub/";
    private const string PrivatePrefix = "/v1/priv/";

    /// <summary>Answers the request; false, and nothing has happened, where it has to take the long way.</summary>
    public bool TryAnswer(IFeatureCollection features, [NotNullWhen(true)] out Task? answering)
    {
        answering = null;
        var request = features.GetRequiredFeature<IHttpRequestFeature>();
        if (AccessOf(request.RawTarget) is not { } access)
            return false;
        var started = Stopwatch.GetTimestamp();
        if (!TryRead(request, out var path) || !edge.Admits(features, request) || sampling.Takes(request.Headers))
            return false;
        var response = features.GetRequiredFeature<IHttpResponseFeature>();
        if (HttpMethods.IsOptions(request.Method))
        {
            ImageResponse.AnswerPreflight(request.Headers, response);
            edge.Secure(request, response.Headers);
            answering = Counted(request, response, access, started);
            return true;
        }

        if (!(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) || !TryFind(request, path, access, out var hit))
            return false;
        var verdict = ConditionalRequest.Judge(request.Headers, hit.Description, hit.Trust);
        CachedVariant? variant = null;
        if (verdict is Precondition.Failed || (verdict is Precondition.Proceed && !variants.TryPeek(hit.Description, out variant)) || !TryTake(hit.Space))
            return false;

        signatures.NoteRecalled(hit.Space, hit.Signature);
        Describe(request, response.Headers, hit);
        answering = variant is null
            ? NotModified(request, response, hit, access, started) : SendAsync(features, request, response, hit, variant.Bytes, access, started);
        return true;
    }

    private void Describe(IHttpRequestFeature request, IHeaderDictionary headers, in Hit hit)
    {
        edge.Secure(request, headers);
        ImageResponse.AllowAnyOrigin(headers);
        if (hit.File.Operations.Format is { IsAuto: true } || hit.Description.IsNegotiated)
            ImageResponse.VaryByAccept(headers);
        ClientHintHeaders.Vary(headers, hit.File.Operations, hit.Description.Preset?.Operations);
        ImageResponse.AllowOrigins(request.Headers, headers, hit.Space);
        ImageResponse.Describe(headers, hit.Description, hit.Trust);
    }

    private Task NotModified(IHttpRequestFeature request, IHttpResponseFeature response, in Hit hit, AssetAccess access, long started)
    {
        response.StatusCode = StatusCodes.Status304NotModified;
        served.NoteNotModified(hit.Description, ServedImages.IsView(request.RawTarget));
        return Counted(request, response, access, started);
    }

    private Task SendAsync(IFeatureCollection features, IHttpRequestFeature request, IHttpResponseFeature response, in Hit hit, ReadOnlyMemory<byte> bytes,
        AssetAccess access, long started)
    {
        variants.NoteHit();
        var timing = HitTiming.Of(Stopwatch.GetElapsedTime(started));
        var range = ImageResponse.Begin(request.Method, request.Headers, response, hit.Description, hit.Trust, bytes.Length, CacheLayer.Memory, timing);
        if (range.Length > 0)
        {
            var sending = LentBody.WriteAsync(features, bytes.Slice((int)range.Offset, (int)range.Length), CancellationToken.None);
            if (!sending.IsCompletedSuccessfully)
                return FinishAsync(sending, request, response, hit.Description, range.Length, bytes.Length, access, started);
        }

        served.Note(hit.Description, ServedImages.IsView(request.RawTarget), range.Length, bytes.Length, CacheLayer.Memory);
        return Counted(request, response, access, started);
    }

    /// <summary>A client that reads slower than bytes are written.</summary>
    private async Task FinishAsync(
        ValueTask<FlushResult> sending, IHttpRequestFeature request, IHttpResponseFeature response, VariantDescription variant, long sent, long length,
        AssetAccess access, long started)
    {
        await sending;
        served.Note(variant, ServedImages.IsView(request.RawTarget), sent, length, CacheLayer.Memory);
        await Counted(request, response, access, started);
    }

    private static AssetAccess? AccessOf(string target) =>
        target.StartsWith(PublicPrefix, StringComparison.Ordinal) ? AssetAccess.Public
        : target.StartsWith(PrivatePrefix, StringComparison.Ordinal) ? AssetAccess.Private
        : null;

    /// <summary>Reads the path as it came: one that has anything to decode takes the long way.</summary>
    private static bool TryRead(IHttpRequestFeature request, out ImagePath path)
    {
        path = default;
        var raw = request.RawTarget.AsSpan();
        if (raw.IndexOf('?') is >= 0 and var query)
            raw = raw[..query];
        return !raw.ContainsAny('%', '\\') && ImagePath.TryParse(raw, out path);
    }

    /// <summary>What the request means, as far as memory knows all of it and nothing forbids it.</summary>
    private bool TryFind(IHttpRequestFeature request, in ImagePath path, AssetAccess access, out Hit hit)
    {
        hit = default;
        var headers = request.Headers;
        if (!tenants.TryFindSpace(path.Organization, path.Tenant, path.Space, out var space) || space is null || !files.TryRecall(path.File, out var file))
            return false;
        if (!signatures.TryRecall(request.RawTarget, headers.Host.ToString(), space, access, out var trust, out var signature))
            return false;
        var asked = new VariantRequest
        {
            Space = space,
            AssetId = path.AssetId,
            Version = path.Version,
            Operations = file.Operations,
            Extension = file.Extension,
            Access = access,
            Accept = headers.Accept,
            Hints = ClientHintHeaders.Matter(file.Operations) ? ClientHintHeaders.Read(headers) : default,
            IsSigned = trust.IsSigned,
            IsForAsset = trust.IsForAsset,
        };
        if (!variants.TryRecall(asked, out var description) || !quotas.IsKnownToServe(space)
            || !ReferrerRule.Allows(space.Policy.AllowedReferrers, headers.Referer))
            return false;
        hit = new Hit { Space = space, File = file, Description = description, Trust = trust, Signature = signature };
        return true;
    }

    private bool TryTake(SpaceScope space)
    {
        var policy = space.Policy;
        var key = RateKey.Of(RateKind.Images, policy.RateLimitLevel, space.OrganizationId, space.TenantId, space.SpaceId);
        return limiter.TryTake(key, policy.RateLimitRequests, policy.RateLimitWindow);
    }

    private Task Counted(IHttpRequestFeature request, IHttpResponseFeature response, AssetAccess access, long started)
    {
        var route = access == AssetAccess.Public ? GatewayEndpoints.PublicRoute : GatewayEndpoints.PrivateRoute;
        metrics.RequestAnswered(route, request.Method, response.StatusCode, Stopwatch.GetElapsedTime(started));
        return Task.CompletedTask;
    }
}
