using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.SigningKeys;

/// <summary>A rotation.</summary>
/// <param name="GraceSeconds">How long signatures of the old key still verify, 0 to 31536000; 86400 where left out.</param>
internal sealed record RotateSigningKeyRequest(int? GraceSeconds);

/// <summary>A signing key, without its secret.</summary>
/// <param name="Kid">Key id, as it stands in URLs.</param>
/// <param name="State"><c>active</c> signs and verifies; <c>verify_only</c> verifies until <paramref name="VerifyUntil"/>; <c>retired</c> and
/// <c>revoked</c> do neither.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="VerifyUntil">End of the grace period.</param>
/// <param name="VerifiedRequests">Signatures verified with it.</param>
/// <param name="LastVerifiedAt">When one was verified last.</param>
internal sealed record SigningKeyResponse(
    string Kid, SigningKeyState State, DateTimeOffset CreatedAt, DateTimeOffset? VerifyUntil, long VerifiedRequests, DateTimeOffset? LastVerifiedAt)
{
    public static SigningKeyResponse Of(SigningKey key, DateTimeOffset now) => new(
        key.Kid,
        key.State is SigningKeyState.VerifyOnly && key.VerifyUntil <= now ? SigningKeyState.Retired : key.State,
        key.CreatedAt,
        key.VerifyUntil,
        key.VerifiedRequests,
        key.LastVerifiedAt);
}

/// <summary>A tenant's signing keys, newest first.</summary>
internal sealed record SigningKeysResponse(IReadOnlyList<SigningKeyResponse> Items);

/// <summary>A new signing key.</summary>
/// <param name="Kid">Key id, as it stands in URLs.</param>
/// <param name="Secret">base64url of the 32 bytes the HMAC uses; shown once and never again.</param>
internal sealed record SigningKeySecretResponse(string Kid, string Secret);
