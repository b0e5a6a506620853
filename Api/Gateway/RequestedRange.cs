using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace ImageService.Api.Gateway;

/// <summary>
/// The one byte range of a request (RFC 9110 section 14). A header that cannot be read, another unit, or several ranges are answered with the whole image,
/// as the RFC allows.
/// </summary>
/// <param name="Kind">What to send.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes; at least 1 for a part.</param>
internal readonly record struct RequestedRange(RangeKind Kind, long Offset, long Length)
{
    private const string Unit = "bytes=";

    /// <summary>Reads the header against an image's size, bytes.</summary>
    public static RequestedRange Of(StringValues header, long size)
    {
        var whole = new RequestedRange(RangeKind.Whole, 0, size);
        if (header.Count != 1 || header[0] is not { } text || !text.StartsWith(Unit, StringComparison.OrdinalIgnoreCase))
            return whole;
        var range = text.AsSpan(Unit.Length).Trim();
        var dash = range.IndexOf('-');
        if (dash < 0 || range.Contains(','))
            return whole;
        var first = range[..dash].Trim();
        var last = range[(dash + 1)..].Trim();
        if (first.IsEmpty)
            return TryRead(last, out var suffix) ? Suffix(suffix, size) : whole;
        if (!TryRead(first, out var start) || (!last.IsEmpty && (!TryRead(last, out var given) || given < start)))
            return whole;
        if (start >= size)
            return new RequestedRange(RangeKind.Unsatisfiable, 0, 0);
        var end = last.IsEmpty ? size - 1 : Math.Min(long.Parse(last, NumberStyles.None, CultureInfo.InvariantCulture), size - 1);
        return new RequestedRange(RangeKind.Part, start, end - start + 1);
    }

    private static RequestedRange Suffix(long length, long size) => length == 0
        ? new RequestedRange(RangeKind.Unsatisfiable, 0, 0)
        : new RequestedRange(RangeKind.Part, Math.Max(0, size - length), Math.Min(length, size));

    private static bool TryRead(ReadOnlySpan<char> digits, out long value) => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

/// <summary>What a range header asks for.</summary>
internal enum RangeKind
{
    Whole,

    /// <summary>206.</summary>
    Part,

    /// <summary>416.</summary>
    Unsatisfiable,
}
