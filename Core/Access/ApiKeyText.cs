using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace ImageService.Core.Access;

/// <summary>
/// An API key as its holder sees it: <c>imgsvc_{key id}.{secret}</c>, the key id 16 of <c>[a-z2-7]</c>, the secret 43 characters of base64url (256 random bits)
/// followed by 8 hex digits: the start of SHA-256 over everything before. Secret scanners recognise it by prefix and checksum, and a mistyped key costs no
/// look-up.
/// </summary>
/// <param name="KeyId">Public part.</param>
/// <param name="SecretHash">SHA-256 of the secret with its checksum, 32 bytes.</param>
public readonly record struct ApiKeyText(string KeyId, byte[] SecretHash)
{
    public const string Prefix = "imgsvc_";

    private const string KeyIdAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int KeyIdLength = 16;
    private const int SecretLength = 43;
    private const int ChecksumLength = 8;
    private const int Length = 7 + KeyIdLength + 1 + SecretLength + ChecksumLength;

    /// <summary>A new key id.</summary>
    public static string NewKeyId() => RandomNumberGenerator.GetString(KeyIdAlphabet, KeyIdLength);

    /// <summary>A new secret for a key id: the text to show once, and what to store.</summary>
    public static (string Text, byte[] SecretHash) New(string keyId)
    {
        var unsummed = $"{Prefix}{keyId}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        var text = unsummed + Checksum(unsummed);
        return (text, HashOf(text));
    }

    /// <summary>Reads a presented key; false for a text that is no key of ours.</summary>
    public static bool TryRead([NotNullWhen(true)] string? presented, out ApiKeyText key)
    {
        key = default;
        if (presented is not { Length: Length } || !presented.StartsWith(Prefix, StringComparison.Ordinal) || presented[Prefix.Length + KeyIdLength] != '.')
            return false;
        if (Checksum(presented[..^ChecksumLength]) != presented[^ChecksumLength..])
            return false;
        key = new ApiKeyText(presented.Substring(Prefix.Length, KeyIdLength), HashOf(presented));
        return true;
    }

    /// <summary>Never the secret.</summary>
    public override string ToString() => KeyId;

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text[(Prefix.Length + KeyIdLength + 1)..]));

    private static string Checksum(string unsummed) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(unsummed))[..4]);
}
