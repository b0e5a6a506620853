using ImageService.Api.Gateway;
using ImageService.Core.Errors;
using ImageService.Core.Policies;
using ImageService.Core.Tenancy;

namespace ImageService.Api.Uploads;

/// <summary>
/// The web page whose script sends an upload. A preflight says nothing of the place, so it cannot be refused there; the upload itself is, where the place's
/// <c>cors_origins</c> does not name the
/// page. Pages of the portal and of the Api's own origin always may. An answer that comes before the place is known says nothing of any place, and any page
/// may read it.
/// </summary>
internal sealed class PageOrigin
{
    private const string Exposed =
        "Location, ETag, Retry-After, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Tus-Checksum-Algorithm, Upload-Offset, Upload-Length, Upload-Expires, Upload-Metadata, "
        + "X-Asset-Id, X-Asset-Deduplicated, X-Asset-Filename, Idempotency-Replayed, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset";

    private static readonly Error Refused = new(ErrorCode.PolicyForbids, "Pages of this origin may not upload here (policy cors_origins).")
    {
        Extensions = new Dictionary<string, object?>(StringComparer.Ordinal) { ["policy"] = PolicyCatalog.CorsOrigins },
    };

    private readonly string? _origin;
    private readonly bool _isTrusted;
    private string? _reader = "*";

    /// <summary>The page of a request.</summary>
    /// <param name="origin">Its <c>Origin</c>; null where no page sends it.</param>
    /// <param name="isTrusted">Whether it is the portal's or the Api's own.</param>
    public PageOrigin(string? origin, bool isTrusted)
    {
        (_origin, _isTrusted) = (origin, isTrusted);
        if (isTrusted)
            _reader = origin;
    }

    /// <summary>
    /// Once the place is known, before anything is written there: <see cref="ErrorCode.PolicyForbids"/> where its policy does not name the page.
    /// </summary>
    public Error? Judge(SpaceScope space)
    {
        if (_origin is null || _isTrusted)
            return null;
        _reader = ReferrerRule.AllowedOrigin(space.Policy.CorsOrigins, _origin);
        return _reader is null ? Refused : null;
    }

    /// <summary>Says who may read the answer.</summary>
    public void Write(IHeaderDictionary headers)
    {
        if (_reader is not "*")
            headers.Append("Vary", "Origin");
        if (_reader is null)
            return;
        headers.AccessControlAllowOrigin = _reader;
        headers.AccessControlExposeHeaders = Exposed;
    }

    public static ValueTask<PageOrigin> BindAsync(HttpContext http) =>
        ValueTask.FromResult(http.Features.Get<PageOrigin>() ?? new PageOrigin(origin: null, isTrusted: false));
}
