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
internal sealed record OpenInvitation
{
    public required string Organization { get; init; }

    public required string Email { get; init; }

    public required string Role { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required bool HasAccount { get; init; }
}

internal sealed record AcceptInvitationRequest(string Token, string? Name, string? Password);

internal sealed record RequestPasswordResetRequest(string Email);

internal sealed record CompletePasswordResetRequest(string Token, string Password);
