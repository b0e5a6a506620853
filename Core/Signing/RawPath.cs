namespace ImageService.Core.Signing;

/// <summary>
/// Judges a request target as it came over the wire, before routing: a path that another hop could read differently is refused,
/// so that what is signed, what is cached and what is served is one and the same text.
/// </summary>
public static class RawPath
{
    /// <summary>Whether the path holds no dot segment, no backslash and no encoded separator, dot, zero or percent sign (in either case of hex).</summary>
    /// <param name="rawTarget">The target as received, with or without its query.</param>
    public static bool IsSafe(ReadOnlySpan<char> rawTarget)
    {
        var path = Of(rawTarget);
        return !path.Contains('\\') && !HasAmbiguousEscape(path) && !HasDotSegment(path);
    }

    /// <summary>
    /// The path of a target: everything before the first <c>?</c>, without the scheme and host of an absolute-form target (RFC 9112 section 3.2.2).
    /// </summary>
    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> rawTarget)
    {
        var query = rawTarget.IndexOf('?');
        var path = query < 0 ? rawTarget : rawTarget[..query];
        if (path is ['/', ..] || path.IndexOf("://", StringComparison.Ordinal) is not (>= 0 and var scheme))
            return path;
        path = path[(scheme + 3)..];
        var start = path.IndexOf('/');
        return start < 0 ? "/" : path[start..];
    }

    private static bool HasAmbiguousEscape(ReadOnlySpan<char> path)
    {
        for (var at = path.IndexOf('%'); at >= 0; at = path.IndexOf('%'))
        {
            path = path[(at + 1)..];
            if (path is ['2', 'f' or 'F' or 'e' or 'E' or '5', ..] or ['5', 'c' or 'C', ..] or ['0', '0', ..])
                return true;
        }

        return false;
    }

    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        while (true)
        {
            var end = path.IndexOf('/');
            if ((end < 0 ? path : path[..end]) is "." or "..")
                return true;
            if (end < 0)
                return false;
            path = path[(end + 1)..];
        }
    }
}
