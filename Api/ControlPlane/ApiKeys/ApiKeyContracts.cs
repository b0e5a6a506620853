using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.ApiKeys;

/// <summary>A new API key.</summary>
internal sealed record CreateApiKeyRequest
{
    /// <summary>For people and the audit log.</summary>
    public string? Name { get; init; }

    /// <summary>What it may do; no more than the credential that makes it.</summary>
    public string[]? Scopes { get; init; }

    /// <summary>Slug of the one tenant it is bound to; left out: the whole organization.</summary>
    public string? Tenant { get; init; }

    /// <summary>When it ends; left out: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Addresses and CIDR networks it may be used from; left out: any.</summary>
    public string[]? AllowedAddresses { get; init; }
}

/// <summary>A rotation.</summary>
/// <param name="GraceSeconds">How long the old secret still works, 0 to 604800; 0 where left out.</param>
internal sealed record RotateApiKeyRequest(int? GraceSeconds);

/// <summary>An API key, without its secret.</summary>
internal sealed record ApiKeyResponse
{
    public required Guid Id { get; init; }

    public required string KeyId { get; init; }

    public required string Name { get; init; }

    public required string[] Scopes { get; init; }

    public required string? Tenant { get; init; }

    public required DateTimeOffset? ExpiresAt { get; init; }

    public required string[] AllowedAddresses { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? RotatedAt { get; init; }

    public required DateTimeOffset? PreviousSecretValidUntil { get; init; }

    public required DateTimeOffset? RevokedAt { get; init; }

    public required DateTimeOffset? LastUsedAt { get; init; }

    public required string? LastUsedAddress { get; init; }

    public static ApiKeyResponse Of(ApiKey key, string? tenant) => new()
    {
        Id = key.Id,
        KeyId = key.KeyId,
        Name = key.Name,
        Scopes = key.Scopes,
        Tenant = tenant,
        ExpiresAt = key.ExpiresAt,
        AllowedAddresses = key.AllowedAddresses,
        CreatedAt = key.CreatedAt,
        RotatedAt = key.RotatedAt,
        PreviousSecretValidUntil = key.PreviousSecretValidUntil,
        RevokedAt = key.RevokedAt,
        LastUsedAt = key.LastUsedAt,
        LastUsedAddress = key.LastUsedAddress?.ToString(),
    };
}

/// <summary>An API key with its secret, shown once and never again.</summary>
internal sealed record ApiKeySecretResponse
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The whole <c>X-API-Key</c> value.</summary>
    public required string Key { get; init; }

    /// <summary>Its public part.</summary>
    public required string KeyId { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>What it may do.</summary>
    public required string[] Scopes { get; init; }

    /// <summary>The tenant it is bound to.</summary>
    public required string? Tenant { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Where it may be used from.</summary>
    public required string[] AllowedAddresses { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when the secret before a rotation works.</summary>
    public required DateTimeOffset? PreviousSecretValidUntil { get; init; }

    public static ApiKeySecretResponse Of(ApiKey key, string text, string? tenant) =>
        new()
        {
            Id = key.Id,
            Key = text,
            KeyId = key.KeyId,
            Name = key.Name,
            Scopes = key.Scopes,
            Tenant = tenant,
            ExpiresAt = key.ExpiresAt,
            AllowedAddresses = key.AllowedAddresses,
            CreatedAt = key.CreatedAt,
            PreviousSecretValidUntil = key.PreviousSecretValidUntil,
        };
}
