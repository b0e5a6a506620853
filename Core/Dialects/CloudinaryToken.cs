using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace ImageService.Core.Dialects;

/// <summary>
/// Cloudinary's expiring tokens: <c>st=…~exp=…[~acl=…]~hmac={hex}</c>, HMAC-SHA256 over what stands before, and over the URL where no acl says what is
/// open.
/// </summary>
internal static class CloudinaryToken
{
    private const string Unsafe = " \"#%&'/:;<=>?@[\\]^`{|}~";

    /// <summary>When the token ends, Unix time, seconds; null where it does not say.</summary>
    public static long? Expires(string token) => Part(token, "exp=") is { } text && TargetText.Number(text) is > 0 and var end ? (long)end : null;

    /// <summary>Whether the token opens a path now.</summary>
    /// <param name="token">Decoded.</param>
    /// <param name="path">As sent.</param>
    /// <param name="keyHex">Hex digits.</param>
    /// <param name="now">The time.</param>
    public static bool Verify(string token, string path, string keyHex, DateTimeOffset now)
    {
        var mark = token.LastIndexOf("~hmac=", StringComparison.Ordinal);
        if (mark < 0 || Part(token, "ip=") is not null || Expires(token) is not { } expires || expires <= now.ToUnixTimeSeconds())
            return false;
        if (Part(token, "st=") is { } start && !(TargetText.Number(start) <= now.ToUnixTimeSeconds()))
            return false;
        var said = token[..mark];
        var acl = Part(said, "acl=");
        var text = acl is null ? $"{said}~url={Escape(path)}" : said;
        var mac = Convert.ToHexStringLower(HMACSHA256.HashData(Convert.FromHexString(keyHex), Encoding.UTF8.GetBytes(text)));
        return FixedTime.Equal(mac, token[(mark + 6)..]) && (acl is null || IsOpen(TargetText.Decode(acl), path));
    }

    private static bool IsOpen(string acl, string path) => acl.Split('!').Any(pattern =>
        Regex.IsMatch(path, $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$",
            RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));

    private static string? Part(string token, string name) =>
        token.Split('~').FirstOrDefault(part => part.StartsWith(name, StringComparison.Ordinal))?[name.Length..];

    private static string Escape(string path) =>
        string.Concat(path.Select(static character => Unsafe.Contains(character, StringComparison.Ordinal) ? $"%{(int)character:x2}" : character.ToString()));
}
