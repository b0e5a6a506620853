using ImageService.Core.Errors;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using ImageService.Core.Signing;
using ImageService.Core.Telemetry;
using ImageService.Core.Tenancy;
using Microsoft.AspNetCore.Http.Features;

namespace ImageService.Api.Gateway;

/// <summary>
/// Judges a URL's signature as the space's policy wants it: private URLs always (<c>enforce</c>), only on paper (<c>report</c>) or not (<c>off</c>);
/// public ones where transforms, or the texts that the URL gives to overlays, are for signed URLs only.
/// </summary>
internal sealed class SignatureGuard(SigningKeyRing keys, SignatureReports reports, ImageServiceMetrics metrics, TimeProvider time)
{
    /// <summary>Judges the request; null for a space that does not exist, whose private URLs nobody can sign.</summary>
    /// <returns>How far it is trusted, or <see cref="ErrorCode.InvalidSignature"/> or <see cref="ErrorCode.SignatureExpired"/>.</returns>
    public ValueTask<Result<UrlTrust>> JudgeAsync(HttpContext http, SpaceScope? space, AssetAccess access, CancellationToken ct)
    {
        if (space is null)
            return ValueTask.FromResult<Result<UrlTrust>>(access == AssetAccess.Private ? SignatureQuery.Invalid : UrlTrust.Unsigned);
        var mode = access == AssetAccess.Private ? space.Policy.SigningMode : SigningMode.Off;
        return mode == SigningMode.Off && space.Policy.TransformMode != TransformMode.SignedOnly && !NeedsOneForTexts(http, space)
            ? ValueTask.FromResult<Result<UrlTrust>>(UrlTrust.Unsigned)
            : VerifyAsync(http, space, mode, ct);
    }

    /// <summary>Whether the URL seems to give texts to overlays; what it really gives is judged when it has been read.</summary>
    private static bool NeedsOneForTexts(HttpContext http, SpaceScope space)
    {
        if (space.Policy.OverlayText != OverlayTextMode.Signed || !http.Request.QueryString.HasValue || http.Request.Path.Value is not { } path)
            return false;
        var file = path.AsSpan(path.LastIndexOf('/') + 1);
        foreach (var token in file.Split('-'))
        {
            if (file[token] is ['t', >= '1' and <= '9', '_', ..])
                return true;
        }

        return false;
    }

    private async ValueTask<Result<UrlTrust>> VerifyAsync(HttpContext http, SpaceScope space, SigningMode mode, CancellationToken ct)
    {
        var path = PathOf(http);
        var host = UrlSignature.Hostname(http.Request.Host.Value);
        var verified = await keys.VerifyAsync(space.OrganizationId, space.TenantId, path, http.Request.QueryString.Value, host, ct);
        if (verified.TryGet(out var signature, out var error))
            return new UrlTrust(true, DateTimeOffset.FromUnixTimeSeconds(signature.ExpiresUnixSeconds) - time.GetUtcNow(), signature.IsForAsset);
        if (mode == SigningMode.Enforce)
            return error;
        if (mode == SigningMode.Report)
        {
            metrics.SignatureReported(error.Code.ToString());
            reports.Note(space, path, error.Code);
        }

        return UrlTrust.Unsigned;
    }

    /// <summary>The path exactly as it was sent: what routing made of it may be another text.</summary>
    private static string PathOf(HttpContext http) =>
        http.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } target ? RawPath.Of(target).ToString() : http.Request.Path.ToUriComponent();
}

/// <summary>How far a URL is trusted.</summary>
/// <param name="IsSigned">Whether it carried a valid signature.</param>
/// <param name="Life">How long the signature lives on; null where there is none.</param>
/// <param name="IsForAsset">Whether the signature opens every size: then only steps of the space's ladder are made.</param>
internal readonly record struct UrlTrust(bool IsSigned, TimeSpan? Life, bool IsForAsset = false)
{
    /// <summary>Whether the URL names the picture by an old name, which may come to mean another version or picture.</summary>
    public bool IsByName { get; init; }

    public static UrlTrust Unsigned => default;
}
