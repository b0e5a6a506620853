namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record ApiKeyResponse
{
    public required Guid Id { get; init; }

    public required string KeyId { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required string? Tenant { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required IReadOnlyList<string> AllowedAddresses { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? PreviousSecretValidUntil { get; init; }

    public required DateTimeOffset? RevokedAt { get; init; }

    public required DateTimeOffset? LastUsedAt { get; init; }

    public required string? LastUsedAddress { get; init; }
}

public sealed record CreateApiKeyRequest
{
    public required string Name { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }

    public required string? Tenant { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required IReadOnlyList<string>? AllowedAddresses { get; init; }
}

public sealed record ApiKeySecretResponse(Guid Id, string Key, string Name, DateTimeOffset? PreviousSecretValidUntil)
{
    /// <summary>Never the key.</summary>
    public override string ToString() => nameof(ApiKeySecretResponse);
}

/// <summary>For API keys and signing keys.</summary>
public sealed record RotateRequest(int GraceSeconds);

public sealed record SigningKeyResponse
{
    public required string Kid { get; init; }

    public required string State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? VerifyUntil { get; init; }

    public required long VerifiedRequests { get; init; }

    public required DateTimeOffset? LastVerifiedAt { get; init; }
}

public sealed record SigningKeySecretResponse(string Kid, string Secret)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(SigningKeySecretResponse);
}
