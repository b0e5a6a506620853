namespace ImageService.Core.Signing;

/// <summary>
/// Judges a request target as it came over the wire, before routing: a path that another hop could read differently is refused,
/// so that what is signed, what is cached and what is served is one and the same text.
/// </summary>
public static class RawPath
{
    private static readonly string[] Ambiguous = ["%2f", "%5c", "%25", "%2e", "%00", "\\"];

    /// <summary>Whether the path holds no dot segment, no backslash and no encoded separator, dot, zero or percent sign (in either case of hex).</summary>
    /// <param name="rawTarget">The target as received, with or without its query.</param>
    public static bool IsSafe(ReadOnlySpan<char> rawTarget)
    {
        var path = Of(rawTarget);
        foreach (var text in Ambiguous)
        {
            if (path.Contains(text, StringComparison.OrdinalIgnoreCase))
                return false;
        }

        foreach (var range in path.Split('/'))
        {
            if (path[range] is "." or "..")
                return false;
        }

        return true;
    }

    /// <summary>The path of a target: everything before the first <c>?</c>.</summary>
    public static ReadOnlySpan<char> Of(ReadOnlySpan<char> rawTarget)
    {
        var query = rawTarget.IndexOf('?');
        return query < 0 ? rawTarget : rawTarget[..query];
    }
}
