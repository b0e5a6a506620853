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
