using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.SigningKeys;

/// <summary>A rotation.</summary>
/// <param name="GraceSeconds">How long signatures of the old key still verify, 0 to 31536000; 86400 where left out.</param>
internal sealed record RotateSigningKeyRequest(int? GraceSeconds);

/// <summary>A signing key, without its secret.</summary>
internal sealed record SigningKeyResponse
{
    /// <summary>Key id, as it stands in URLs.</summary>
    public required string Kid { get; init; }

    /// <summary>
    /// <c>active</c> signs and verifies; <c>verify_only</c> verifies until <c>verifyUntil</c>; <c>retired</c> and <c>revoked</c> do neither.
    /// </summary>
    public required SigningKeyState State { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>End of the grace period.</summary>
    public required DateTimeOffset? VerifyUntil { get; init; }

    /// <summary>Signatures verified with it.</summary>
    public required long VerifiedRequests { get; init; }

    /// <summary>When one was verified last.</summary>
    public required DateTimeOffset? LastVerifiedAt { get; init; }

    public static SigningKeyResponse Of(SigningKey key, DateTimeOffset now) => new()
    {
        Kid = key.Kid,
        State = key.State is SigningKeyState.VerifyOnly && key.VerifyUntil <= now ? SigningKeyState.Retired : key.State,
        CreatedAt = key.CreatedAt,
        VerifyUntil = key.VerifyUntil,
        VerifiedRequests = key.VerifiedRequests,
        LastVerifiedAt = key.LastVerifiedAt,
    };
}

/// <summary>A tenant's signing keys, newest first.</summary>
internal sealed record SigningKeysResponse(IReadOnlyList<SigningKeyResponse> Items);

/// <summary>A new signing key.</summary>
/// <param name="Kid">Key id, as it stands in URLs.</param>
/// <param name="Secret">base64url of the 32 bytes the HMAC uses; shown once and never again.</param>
internal sealed record SigningKeySecretResponse(string Kid, string Secret);
