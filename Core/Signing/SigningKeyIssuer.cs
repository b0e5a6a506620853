using System.Buffers.Text;
using System.Security.Cryptography;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;

namespace ImageService.Core.Signing;

/// <summary>
/// Makes signing keys and moves them through their life: active, verify-only, retired or revoked. The caller saves what it returns and changes.
/// </summary>
public sealed class SigningKeyIssuer(SecretProtector protector, TimeProvider time)
{
    private const int KidRandomBytes = 8;

    /// <summary>A new active key; every tenant has one from the start.</summary>
    public IssuedSigningKey Issue(Guid organizationId, Guid tenantId)
    {
        var secret = RandomNumberGenerator.GetBytes(UrlSignature.SecretBytes);
        var kid = "key_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KidRandomBytes));
        var key = new SigningKey
        {
            OrganizationId = organizationId,
            TenantId = tenantId,
            Kid = kid,
            ProtectedSecret = protector.Protect(secret, Context(kid)),
            State = SigningKeyState.Active,
            CreatedAt = time.GetUtcNow(),
        };
        return new IssuedSigningKey(key, Base64Url.EncodeToString(secret));
    }

    /// <summary>A new active key beside the tenant's present ones, which go on verifying for the grace period, or not at all when it is zero.</summary>
    /// <param name="present">All keys of the tenant, tracked.</param>
    /// <param name="organizationId">The tenant's organization.</param>
    /// <param name="tenantId">The tenant.</param>
    /// <param name="grace">How long the signatures of before still verify.</param>
    public IssuedSigningKey Rotate(IEnumerable<SigningKey> present, Guid organizationId, Guid tenantId, TimeSpan grace)
    {
        var until = time.GetUtcNow() + grace;
        foreach (var key in present.Where(key => key.State == SigningKeyState.Active))
        {
            key.State = grace > TimeSpan.Zero ? SigningKeyState.VerifyOnly : SigningKeyState.Retired;
            key.VerifyUntil = grace > TimeSpan.Zero ? until : null;
        }

        return Issue(organizationId, tenantId);
    }

    /// <summary>Takes a key away at once: everything signed with it is refused.</summary>
    public static void Revoke(SigningKey key)
    {
        key.State = SigningKeyState.Revoked;
        key.VerifyUntil = null;
    }

    /// <summary>What a key's sealed secret is bound to.</summary>
    internal static string Context(string kid) => $"signing-key:{kid}";
}

/// <summary>A new key with its secret, which is shown once.</summary>
/// <param name="Key">To be saved.</param>
/// <param name="Secret">base64url of the 32 bytes that the HMAC uses.</param>
public sealed record IssuedSigningKey(SigningKey Key, string Secret)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => Key.Kid;
}
