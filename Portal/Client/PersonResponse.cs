namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record PersonResponse
{
    public required Guid Id { get; init; }

    public required string Email { get; init; }

    public required string Name { get; init; }

    public required bool HasPassword { get; init; }

    public required bool TotpEnabled { get; init; }

    public required int RecoveryCodesLeft { get; init; }

    public required bool Administrator { get; init; }

    public required IReadOnlyList<MembershipResponse> Memberships { get; init; }
}

public sealed record MembershipResponse
{
    public required string Organization { get; init; }

    public required string OrganizationName { get; init; }

    public required string? Tenant { get; init; }

    public required string? Space { get; init; }

    public required string Role { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }
}

public sealed record SessionResponse
{
    public required Guid Id { get; init; }

    public required bool Current { get; init; }

    public required string? Address { get; init; }

    public required string? UserAgent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

public sealed record UpdateNameRequest(string Name);

public sealed record ChangePasswordRequest(string Present, string Password)
{
    /// <summary>Never the passwords.</summary>
    public override string ToString() => nameof(ChangePasswordRequest);
}

public sealed record TotpEnrolmentResponse(string Secret, string Uri)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(TotpEnrolmentResponse);
}

public sealed record ConfirmTotpRequest(string Secret, string Code);

public sealed record RecoveryCodesResponse(IReadOnlyList<string> RecoveryCodes);

public sealed record ConfirmPasswordRequest(string Password);
