namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record ApiKeyResponse(
    Guid Id, string KeyId, string Name, IReadOnlyList<string> Scopes, string? Tenant, DateTimeOffset? ExpiresAt, IReadOnlyList<string> AllowedAddresses,
    DateTimeOffset CreatedAt,
    DateTimeOffset? PreviousSecretValidUntil, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt, string? LastUsedAddress);

public sealed record CreateApiKeyRequest(string Name, IReadOnlyList<string> Scopes, string? Tenant, DateTimeOffset? ExpiresAt,
    IReadOnlyList<string>? AllowedAddresses);

public sealed record ApiKeySecretResponse(Guid Id, string Key, string Name, DateTimeOffset? PreviousSecretValidUntil)
{
    /// <summary>Never the key.</summary>
    public override string ToString() => nameof(ApiKeySecretResponse);
}

/// <summary>For API keys and signing keys.</summary>
public sealed record RotateRequest(int GraceSeconds);

public sealed record SigningKeyResponse(string Kid, string State, DateTimeOffset CreatedAt, DateTimeOffset? VerifyUntil, long VerifiedRequests,
    DateTimeOffset? LastVerifiedAt);

public sealed record SigningKeySecretResponse(string Kid, string Secret)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(SigningKeySecretResponse);
}
