namespace ImageService.Portal.Client;

internal sealed record SignInRequest(string Email, string Password, string? Totp);

internal sealed record SessionTokenResponse(string Token, DateTimeOffset ExpiresAt)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => nameof(SessionTokenResponse);
}

internal sealed record RedeemTicketRequest(string Ticket);

internal sealed record ShowInvitationRequest(string Token);

/// <summary>What an invitation is to, for whom, and whether that person has an account.</summary>
internal sealed record OpenInvitation(string Organization, string Email, string Role, DateTimeOffset ExpiresAt, bool HasAccount);

internal sealed record AcceptInvitationRequest(string Token, string? Name, string? Password);

internal sealed record RequestPasswordResetRequest(string Email);

internal sealed record CompletePasswordResetRequest(string Token, string Password);
