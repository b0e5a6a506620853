using System.Globalization;
using ImageService.Core.Variants;
using Microsoft.Extensions.Primitives;

namespace ImageService.Api.Gateway;

/// <summary>Judges preconditions (RFC 9110 section 13) from what is known of a variant without its bytes. Pure.</summary>
internal static class ConditionalRequest
{
    /// <summary>What the preconditions ask for of a variant. Where bytes may change under one URL the upload's time tells nothing.</summary>
    public static Precondition Judge(IHeaderDictionary headers, VariantDescription variant, UrlTrust trust) =>
        Judge(headers, variant.ETag, DateOf(variant, trust));

    /// <summary>When the bytes of this URL came to be; null where they may change under it, so that a date tells nothing.</summary>
    public static DateTimeOffset? DateOf(VariantDescription variant, UrlTrust trust) =>
        variant.IsDatedByUpload && !trust.IsByName ? variant.Asset.UploadedAt : null;

    /// <summary>What the preconditions ask for, in the order of RFC 9110 section 13.2.2.</summary>
    /// <param name="headers">The request's.</param>
    /// <param name="etag">The variant's strong tag, with quotes.</param>
    /// <param name="lastModified">When the asset's version was uploaded; null where the time does not tell whether the bytes changed (presets, focal
    /// points, <c>q_auto</c>).</param>
    public static Precondition Judge(IHeaderDictionary headers, string etag, DateTimeOffset? lastModified)
    {
        if (headers.IfMatch is { Count: > 0 } ifMatch)
        {
            if (!Matches(ifMatch, etag, weak: false))
                return Precondition.Failed;
        }
        else if (lastModified is { } unmodified && TryReadDate(headers.IfUnmodifiedSince, out var notAfter) && Seconds(unmodified) > notAfter)
        {
            return Precondition.Failed;
        }

        if (headers.IfNoneMatch is { Count: > 0 } ifNoneMatch)
            return Matches(ifNoneMatch, etag, weak: true) ? Precondition.NotModified : Precondition.Proceed;
        return lastModified is { } modified && TryReadDate(headers.IfModifiedSince, out var since) && Seconds(modified) <= since
            ? Precondition.NotModified
            : Precondition.Proceed;
    }

    /// <summary>Whether <c>If-Range</c> allows a part of this representation; true where there is none.</summary>
    /// <param name="headers">The request's.</param>
    /// <param name="etag">The variant's strong tag, with quotes.</param>
    /// <param name="lastModified">As for <see cref="Judge(IHeaderDictionary, string, DateTimeOffset?)"/>.</param>
    public static bool AllowsRange(IHeaderDictionary headers, string etag, DateTimeOffset? lastModified)
    {
        var condition = headers.IfRange;
        if (StringValues.IsNullOrEmpty(condition))
            return true;

        // A tag must match strongly and a date exactly (RFC 9110 section 13.1.5).
        return condition.ToString() is var text && text.StartsWith('"')
            ? text == etag
            : lastModified is { } modified && TryReadDate(condition, out var date) && Seconds(modified) == date;
    }

    /// <summary>Whether a list such as <c>"a", W/"b"</c> or <c>*</c> holds the tag.</summary>
    private static bool Matches(StringValues header, string etag, bool weak)
    {
        foreach (var line in header)
        {
            foreach (var range in line.AsSpan().Split(','))
            {
                var candidate = line.AsSpan()[range].Trim();
                if (candidate is "*")
                    return true;
                if (weak && candidate.StartsWith("W/", StringComparison.Ordinal))
                    candidate = candidate[2..];
                if (candidate.SequenceEqual(etag))
                    return true;
            }
        }

        return false;
    }

    private static bool TryReadDate(StringValues header, out long seconds)
    {
        seconds = 0;
        if (header.Count != 1 || !DateTimeOffset.TryParseExact(header[0], "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            return false;
        seconds = Seconds(date);
        return true;
    }

    private static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();
}

/// <summary>What preconditions ask for.</summary>
internal enum Precondition
{
    /// <summary>Answer as usual.</summary>
    Proceed,

    /// <summary>304.</summary>
    NotModified,

    /// <summary>412.</summary>
    Failed,
}
