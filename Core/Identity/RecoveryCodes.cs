using System.Security.Cryptography;
using System.Text;

namespace ImageService.Core.Identity;

/// <summary>Ten single-use codes that stand in for a lost authenticator: <c>k7m2-p9d4-x9df-4k2p</c>, 80 random bits each, stored as SHA-256 hex.</summary>
public static class RecoveryCodes
{
    private const string Alphabet = "23456789abcdefghjkmnpqrstuvwxyz0";

    /// <summary>New codes to show once, and what to store of them.</summary>
    public static (string[] Codes, string[] Hashes) New()
    {
        var codes = Enumerable.Range(0, 10).Select(static _ => One()).ToArray();
        return (codes, [.. codes.Select(Hash)]);
    }

    /// <summary>The stored form of a code, however it was typed.</summary>
    public static string Hash(string code)
    {
        var typed = code.Replace("-", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(typed)));
    }

    private static string One()
    {
        var text = RandomNumberGenerator.GetString(Alphabet, 16);
        return $"{text[..4]}-{text[4..8]}-{text[8..12]}-{text[12..]}";
    }
}
