using System.Globalization;
using ImageService.Core.Errors;

namespace ImageService.Core.Signing;

/// <summary>
/// The signature's part of a query, read strictly from the text as received: <c>?sig=…&amp;exp=1731427200&amp;kid=key_123</c>. Each of the three stands
/// there exactly once;
/// <c>exp</c> is a canonical decimal (no sign, no leading zero). Other parameters are ignored.
/// </summary>
/// <param name="Signature">43 characters of base64url; not verified yet.</param>
/// <param name="ExpiresUnixSeconds">Unix time, seconds.</param>
/// <param name="Kid">1 to 64 of letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="IsForAsset">Whether it says <c>scope=asset</c>: the signature covers the path's <see cref="PathTemplate"/> and not the path itself.</param>
public sealed record SignatureQuery(string Signature, long ExpiresUnixSeconds, string Kid, bool IsForAsset = false)
{
    /// <summary>The value of <c>scope</c> that makes one signature cover a picture in every size, quality and format.</summary>
    public const string AssetScope = "asset";

    private const int MaxExpiresDigits = 11;
    private const int MaxKidLength = 64;

    /// <summary>The one refusal of a signature that does not hold, whatever is wrong with it.</summary>
    public static readonly Error Invalid = new(ErrorCode.InvalidSignature, "The URL needs a valid signature: sig, exp and kid, each once, exactly as signed.");

    /// <summary>The refusal of a signature that held.</summary>
    public static readonly Error Expired = new(ErrorCode.SignatureExpired, "The URL's signature has expired; ask for a new one.");

    /// <summary>Reads a raw query, with or without its <c>?</c>; <see cref="Invalid"/> when a part is missing, repeated or malformed.</summary>
    public static Result<SignatureQuery> Read(string? rawQuery)
    {
        var query = rawQuery.AsSpan();
        if (query is ['?', ..])
            query = query[1..];
        Range? sig = null, exp = null, kid = null, scope = null;
        foreach (var range in query.Split('&'))
        {
            var parameter = query[range];
            if (!Take(parameter, "sig=", range, query, ref sig) || !Take(parameter, "exp=", range, query, ref exp)
                || !Take(parameter, "kid=", range, query, ref kid)
                || !Take(parameter, "scope=", range, query, ref scope))
                return Invalid;
        }

        if (scope is { } said && query[said] is not AssetScope)
            return Invalid;
        return sig is { } s && exp is { } e && kid is { } k && IsSignature(query[s]) && ReadExpires(query[e]) is { } expires && IsKid(query[k])
            ? new SignatureQuery(query[s].ToString(), expires, query[k].ToString(), scope is not null)
            : Invalid;
    }

    /// <summary>Judges the signature against a key, then its end.</summary>
    /// <param name="secret">The secret of the key that <see cref="Kid"/> names, of the tenant that owns the path.</param>
    /// <param name="rawPath">The path exactly as received, without query.</param>
    /// <param name="hostname">As the public sees it (<see cref="UrlSignature.Hostname"/>).</param>
    /// <param name="tenantId">The tenant that owns the path.</param>
    /// <param name="now">The time to judge at; at <c>exp</c> itself the signature has ended.</param>
    /// <returns>This, <see cref="Invalid"/> or <see cref="Expired"/>.</returns>
    public Result<SignatureQuery> Verify(ReadOnlySpan<byte> secret, string rawPath, string hostname, Guid tenantId, DateTimeOffset now)
    {
        if (!UrlSignature.Matches(secret, new SignedRequest(IsForAsset ? PathTemplate.Of(rawPath) : rawPath, ExpiresUnixSeconds, hostname, tenantId),
            Signature))
            return Invalid;
        return ExpiresUnixSeconds > now.ToUnixTimeSeconds() ? this : Expired;
    }

    /// <summary>The query that <see cref="Read"/> reads, without <c>?</c>.</summary>
    public override string ToString() => $"sig={Signature}&exp={ExpiresUnixSeconds}&kid={Kid}{(IsForAsset ? $"&scope={AssetScope}" : "")}";

    /// <summary>Whether a text may be a key id.</summary>
    public static bool IsKid(ReadOnlySpan<char> text) => text.Length is > 0 and <= MaxKidLength && IsBase64Url(text);

    /// <summary>Notes where the value stands when the parameter is the one named; false when it was there before.</summary>
    private static bool Take(ReadOnlySpan<char> parameter, string name, Range range, ReadOnlySpan<char> query, ref Range? value)
    {
        if (!parameter.StartsWith(name, StringComparison.Ordinal))
            return true;
        if (value is not null)
            return false;
        var (start, length) = range.GetOffsetAndLength(query.Length);
        value = (start + name.Length)..(start + length);
        return true;
    }

    private static bool IsSignature(ReadOnlySpan<char> text) => text.Length == UrlSignature.TextLength && IsBase64Url(text);

    private static long? ReadExpires(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= MaxExpiresDigits && text[0] != '0' && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? seconds : null;

    private static bool IsBase64Url(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('_' or '-'))
                return false;
        }

        return true;
    }
}
