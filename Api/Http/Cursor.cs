using System.Buffers.Text;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using ImageService.Core.Errors;

namespace ImageService.Api.Http;

/// <summary>
/// Keyset paging. A cursor is opaque to callers: base64url of the last key of the page before, a UUIDv7, a 64-bit number or a name. Pages neither repeat
/// nor skip rows
/// when others are added or removed meanwhile.
/// </summary>
internal static class Cursor
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 500;

    private const int MaxNameLength = 6000;

    private static readonly Error Unreadable = Problems.Invalid("The cursor is not one this service gave out. Leave it out to begin at the first page.");

    public static string Of(Guid key) => Base64Url.EncodeToString(key.ToByteArray(bigEndian: true));

    public static string Of(long key)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, key);
        return Base64Url.EncodeToString(bytes);
    }

    public static string Of(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(key));

    /// <summary>Null for no cursor.</summary>
    public static Result<Guid?> ReadId(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
            return (Guid?)null;
        Span<byte> bytes = stackalloc byte[16];
        return TryDecode(cursor, bytes) ? (Guid?)new Guid(bytes, bigEndian: true) : Unreadable;
    }

    /// <summary>Null for no cursor.</summary>
    public static Result<long?> ReadNumber(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
            return (long?)null;
        Span<byte> bytes = stackalloc byte[8];
        return TryDecode(cursor, bytes) ? (long?)BinaryPrimitives.ReadInt64BigEndian(bytes) : Unreadable;
    }

    /// <summary>Null for no cursor.</summary>
    public static Result<string?> ReadName(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
            return (string?)null;
        if (cursor.Length > MaxNameLength || !Base64Url.IsValid(cursor))
            return Unreadable;
        var bytes = Base64Url.DecodeFromChars(cursor);
        return Utf8.IsValid(bytes) && !bytes.Contains((byte)0) ? Encoding.UTF8.GetString(bytes) : Unreadable;
    }

    /// <summary>The page size asked for, 1 to <see cref="MaxLimit"/>; <see cref="DefaultLimit"/> where none is.</summary>
    public static Result<int> ReadLimit(int? limit) => limit switch
    {
        null => DefaultLimit,
        >= 1 and <= MaxLimit => limit.Value,
        _ => Problems.Invalid($"limit must be from 1 to {MaxLimit}."),
    };

    /// <summary>Makes a page of rows read with one more than the limit; the extra one only tells that there is a next page.</summary>
    public static Page<TOut> Page<TRow, TOut>(IReadOnlyList<TRow> rows, int limit, Func<TRow, TOut> show, Func<TRow, string> cursorOf) => new(
        [.. rows.Take(limit).Select(show)],
        rows.Count > limit ? cursorOf(rows[limit - 1]) : null);

    private static bool TryDecode(string cursor, Span<byte> bytes) =>
        cursor.Length <= 24 && Base64Url.IsValid(cursor, out var length) && length == bytes.Length
        && Base64Url.TryDecodeFromChars(cursor, bytes, out _);
}

/// <summary>One page of a list.</summary>
/// <param name="Items">The rows, in the list's order.</param>
/// <param name="NextCursor">What to send as <c>cursor</c> for the next page; null on the last.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
