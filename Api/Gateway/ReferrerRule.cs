namespace ImageService.Api.Gateway;

/// <summary>
/// The policies about other sites: <c>allowed_referrers</c> (hosts, <c>*.example.com</c> for those below one) and <c>cors_origins</c>. A request without
/// <c>Referer</c> passes: browsers leave
/// it out for good reasons, and the header keeps honest sites from embedding, not attackers from fetching. Pure.
/// </summary>
internal static class ReferrerRule
{
    /// <summary>Whether the request's <c>Referer</c> may embed images.</summary>
    public static bool Allows(IReadOnlyList<string> allowed, string? referrer)
    {
        if (allowed.Count == 0 || string.IsNullOrEmpty(referrer))
            return true;
        if (!Uri.TryCreate(referrer, UriKind.Absolute, out var url))
            return false;
        foreach (var pattern in allowed)
        {
            if (Matches(pattern, url.Host))
                return true;
        }

        return false;
    }

    /// <summary>Value of <c>Access-Control-Allow-Origin</c>; null sends none.</summary>
    public static string? AllowedOrigin(IReadOnlyList<string> origins, string? origin)
    {
        foreach (var allowed in origins)
        {
            if (allowed == "*")
                return "*";
            if (origin is not null && string.Equals(allowed, origin, StringComparison.OrdinalIgnoreCase))
                return origin;
        }

        return null;
    }

    private static bool Matches(string pattern, string host) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? host.Length > pattern.Length - 1 && host.EndsWith(pattern.AsSpan(1), StringComparison.OrdinalIgnoreCase)
        : host.Equals(pattern, StringComparison.OrdinalIgnoreCase);
}
