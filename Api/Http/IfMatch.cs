using System.Globalization;
using ImageService.Core.Errors;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Primitives;

namespace ImageService.Api.Http;

/// <summary>
/// Optimistic concurrency by entity tag (RFC 9110 section 13.1.1). A resource's tag is its row version, PostgreSQL's <c>xmin</c>.
/// Without <c>If-Match</c> a write is unconditional.
/// </summary>
internal static class IfMatch
{
    public static readonly Error Stale = new(ErrorCode.PreconditionFailed,
        "The resource has changed since you read it. Read it again and send its ETag as If-Match.");

    /// <summary>The tag of a row version: <c>"1a2b"</c>, strong.</summary>
    public static string Tag(uint version) => string.Create(CultureInfo.InvariantCulture, $"\"{version:x}\"");

    /// <summary>Sends a row version's tag.</summary>
    public static void SetETag(this HttpContext http, uint version) => http.Response.Headers.ETag = Tag(version);

    /// <summary>Whether the write is conditional.</summary>
    public static bool IsAsked(HttpContext http) => !StringValues.IsNullOrEmpty(http.Request.Headers.IfMatch);

    /// <summary>
    /// Judges the request's <c>If-Match</c> against the row version that was read: <see cref="Stale"/> when no tag fits. The tracked entity keeps that version,
    /// so that a write between this look and the save still fails, as <see cref="DbUpdateConcurrencyException"/>, with the same answer.
    /// </summary>
    public static Error? Check(HttpContext http, uint version)
    {
        var header = http.Request.Headers.IfMatch;
        if (StringValues.IsNullOrEmpty(header))
            return null;
        var tag = Tag(version);
        foreach (var candidate in header.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (candidate == "*" || candidate == tag)
                return null;
        }

        return Stale;
    }
}
