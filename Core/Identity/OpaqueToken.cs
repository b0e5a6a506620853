using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace ImageService.Core.Identity;

/// <summary>
/// A random secret handed to a person once and stored as SHA-256: session tokens, invitations, reset links, sign-in tickets. 256 random bits need no slow hash.
/// </summary>
/// <param name="Text">What the person holds: a prefix that secret scanners can recognise and 43 characters of base64url.</param>
/// <param name="Hash">What is stored, 32 bytes.</param>
public readonly record struct OpaqueToken(string Text, byte[] Hash)
{
    public const string Session = "ims_";
    public const string Invitation = "imi_";
    public const string PasswordReset = "imr_";
    public const string Ticket = "imt_";

    private const int Length = 4 + 43;

    public static OpaqueToken New(string prefix)
    {
        var text = prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return new OpaqueToken(text, HashOf(text));
    }

    /// <summary>The stored form of a presented token; null for a text that no token of this kind has.</summary>
    public static byte[]? Read(string? presented, string prefix) =>
        presented is { Length: Length } && presented.StartsWith(prefix, StringComparison.Ordinal) ? HashOf(presented) : null;

    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(OpaqueToken);

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
