using Microsoft.AspNetCore.Http.Features;

namespace ImageService.Api.Http;

/// <summary>
/// Refuses request targets whose path another hop may read differently: dot segments, backslashes, and encoded separators, dots and percent signs.
/// What is signed and routed here is then exactly what was sent.
/// </summary>
internal sealed class RawTargetGuard(RequestDelegate next)
{
    private static readonly string[] Ambiguous = ["%2f", "%5c", "%25", "%2e", "%00", "\\"];

    public Task InvokeAsync(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return IsAmbiguous(PathOf(target))
            ? Problems.WriteAsync(http, Problems.Invalid("The path may not hold dot segments, backslashes or encoded separators (%2F, %5C, %25, %2E)."))
            : next(http);
    }

    /// <summary>Whether two readers could understand the path differently.</summary>
    internal static bool IsAmbiguous(ReadOnlySpan<char> path)
    {
        foreach (var text in Ambiguous)
        {
            if (path.Contains(text, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return HasDotSegment(path);
    }

    private static ReadOnlySpan<char> PathOf(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target.AsSpan(0, query);
    }

    private static bool HasDotSegment(ReadOnlySpan<char> path)
    {
        foreach (var range in path.Split('/'))
        {
            if (path[range] is "." or "..")
                return true;
        }

        return false;
    }
}
