namespace ImageService.Core.Registry;

/// <summary>A tenant's secret for signed URLs, encrypted at rest.</summary>
public sealed class SigningKey
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    /// <summary>Key id as it stands in URLs; unique over all tenants.</summary>
    public required string Kid { get; init; }

    /// <summary>The 32 bytes of the HMAC key, encrypted under the master key.</summary>
    public required byte[] ProtectedSecret { get; set; }

    public required SigningKeyState State { get; set; }

    /// <summary>End of the grace period of a <see cref="SigningKeyState.VerifyOnly"/> key.</summary>
    public DateTimeOffset? VerifyUntil { get; set; }

    public long VerifiedRequests { get; set; }

    public DateTimeOffset? LastVerifiedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A signing key's life: signs and verifies, only verifies, neither any more, taken away at once.</summary>
public enum SigningKeyState
{
    Active,
    VerifyOnly,
    Retired,
    Revoked,
}
