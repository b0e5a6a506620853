namespace ImageService.Portal.Client;

internal sealed record SignInRequest(string Email, string Password, string? Totp);

internal sealed record SessionTokenResponse(string Token, DateTimeOffset ExpiresAt)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => nameof(SessionTokenResponse);
}

internal sealed record RedeemTicketRequest(string Ticket);

internal sealed record AcceptInvitationRequest(string Token, string? Name, string? Password);

internal sealed record RequestPasswordResetRequest(string Email);

internal sealed record CompletePasswordResetRequest(string Token, string Password);

internal sealed record PersonResponse(Guid Id, string Email, string Name, bool TotpEnabled, IReadOnlyList<MembershipResponse> Memberships);

internal sealed record MembershipResponse(string Organization, string OrganizationName, string? Tenant, string? Space, string Role, IReadOnlyList<string> Scopes);
