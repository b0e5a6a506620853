namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record PersonResponse(Guid Id, string Email, string Name, bool HasPassword, bool TotpEnabled, int RecoveryCodesLeft, bool Administrator,
    IReadOnlyList<MembershipResponse> Memberships);

public sealed record MembershipResponse(string Organization, string OrganizationName, string? Tenant, string? Space, string Role, IReadOnlyList<string> Scopes);

public sealed record SessionResponse(Guid Id, bool Current, string? Address, string? UserAgent, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt,
    DateTimeOffset ExpiresAt);

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
