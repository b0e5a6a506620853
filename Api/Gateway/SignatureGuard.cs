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
        return Asks(space, access) || NeedsOneForTexts(http.Request.Path.Value, http.Request.QueryString.HasValue, space)
            ? VerifyAsync(http, space, ModeOf(space, access), ct)
            : ValueTask.FromResult<Result<UrlTrust>>(UrlTrust.Unsigned);
    }

    /// <summary>
    /// The same of a target whose signature was verified before and still holds, without an HMAC and without asking anybody; false says nothing.
    /// </summary>
    /// <param name="target">The raw target.</param>
    /// <param name="host">The host as received.</param>
    /// <param name="space">Whose image.</param>
    /// <param name="access">By the URL.</param>
    /// <param name="trust">How far it is trusted.</param>
    /// <param name="signature">What was recalled, for <see cref="NoteRecalled"/>; null where none is asked for.</param>
    public bool TryRecall(string target, ReadOnlySpan<char> host, SpaceScope space, AssetAccess access, out UrlTrust trust, out VerifiedSignature? signature)
    {
        (trust, signature) = (UrlTrust.Unsigned, null);
        var query = target.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0 && NeedsOneForTexts(target.AsSpan(0, query), hasQuery: true, space))
            return false;
        if (!Asks(space, access))
            return true;
        if (!keys.TryRecall(space.OrganizationId, space.TenantId, target, host, out signature))
            return false;
        trust = new UrlTrust(true, DateTimeOffset.FromUnixTimeSeconds(signature.ExpiresUnixSeconds) - time.GetUtcNow(), signature.IsForAsset);
        return true;
    }

    /// <summary>Counts a request that is served by a recalled signature.</summary>
    public void NoteRecalled(SpaceScope space, VerifiedSignature? signature)
    {
        if (signature is not null)
            keys.NoteVerified(space.OrganizationId, signature);
    }

    private static SigningMode ModeOf(SpaceScope space, AssetAccess access) => access == AssetAccess.Private ? space.Policy.SigningMode : SigningMode.Off;

    private static bool Asks(SpaceScope space, AssetAccess access) =>
        ModeOf(space, access) != SigningMode.Off || space.Policy.TransformMode == TransformMode.SignedOnly;

    /// <summary>Whether the URL seems to give texts to overlays; what it really gives is judged when it has been read.</summary>
    private static bool NeedsOneForTexts(ReadOnlySpan<char> path, bool hasQuery, SpaceScope space)
    {
        if (space.Policy.OverlayText != OverlayTextMode.Signed || !hasQuery)
            return false;
        var file = path[(path.LastIndexOf('/') + 1)..];
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
        if (mode == SigningMode.Off)
            return UrlTrust.Unsigned;
        var refused = mode == SigningMode.Enforce;
        reports.Note(space, path, KidOf(http), error.Code, refused);
        if (refused)
            return error;
        metrics.SignatureReported(error.Code.ToString());
        return UrlTrust.Unsigned;
    }

    /// <summary>The key that a signature names which did not hold; nothing else of it may be noted.</summary>
    private static string? KidOf(HttpContext http) => http.Request.Query["kid"] is [{ } kid] && SignatureQuery.IsKid(kid) ? kid : null;

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
