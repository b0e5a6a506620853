using ImageService.Core.Identity;
using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Sessions;

/// <summary>A sign-in.</summary>
/// <param name="Email">As registered.</param>
/// <param name="Password">The password.</param>
/// <param name="Totp">Code of the authenticator app, or a recovery code; where a second factor is set.</param>
internal sealed record SignInRequest(string? Email, string? Password, string? Totp);

/// <summary>A session just begun.</summary>
/// <param name="Token">Send it as <c>Authorization: Bearer</c>; shown once.</param>
/// <param name="ExpiresAt">When it ends if it is not used; use makes it longer, up to a fixed end.</param>
internal sealed record SessionTokenResponse(string Token, DateTimeOffset ExpiresAt)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => nameof(SessionTokenResponse);
}

/// <summary>A session that could still be used.</summary>
internal sealed record SessionResponse
{
    public required Guid Id { get; init; }

    public required bool Current { get; init; }

    public required string? Address { get; init; }

    public required string? UserAgent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public static SessionResponse Of(SessionFacts session, Guid current) =>
        new()
        {
            Id = session.Id,
            Current = session.Id == current,
            Address = session.Address,
            UserAgent = session.UserAgent,
            CreatedAt = session.CreatedAt,
            LastSeenAt = session.LastSeenAt,
            ExpiresAt = session.ExpiresAt,
        };
}

/// <summary>The person's sessions, newest first.</summary>
internal sealed record SessionsResponse(IReadOnlyList<SessionResponse> Items);

/// <summary>A request for a reset link.</summary>
internal sealed record RequestPasswordResetRequest(string? Email);

/// <summary>A new password by a reset link.</summary>
internal sealed record CompletePasswordResetRequest(string? Token, string? Password);

/// <summary>A look at an invitation.</summary>
/// <param name="Token">From the link.</param>
internal sealed record ShowInvitationRequest(string? Token);

/// <summary>Acceptance of an invitation.</summary>
/// <param name="Token">From the link.</param>
/// <param name="Name">Of a new account.</param>
/// <param name="Password">Of a new account; leave it out when signed in to the account of that address.</param>
internal sealed record AcceptInvitationRequest(string? Token, string? Name, string? Password);

/// <summary>The signed-in person.</summary>
internal sealed record PersonResponse
{
    public required Guid Id { get; init; }

    public required string Email { get; init; }

    public required string Name { get; init; }

    public required bool HasPassword { get; init; }

    public required bool TotpEnabled { get; init; }

    public required int RecoveryCodesLeft { get; init; }

    /// <summary>Whether the person runs the installation and may see it.</summary>
    public required bool Administrator { get; init; }

    public required IReadOnlyList<MembershipResponse> Memberships { get; init; }
}

/// <summary>One role of the person.</summary>
internal sealed record MembershipResponse
{
    public required string Organization { get; init; }

    public required string OrganizationName { get; init; }

    public required string? Tenant { get; init; }

    public required string? Space { get; init; }

    public required Role Role { get; init; }

    public required IReadOnlyList<string> Scopes { get; init; }
}

/// <summary>A new name.</summary>
internal sealed record UpdatePersonRequest(string? Name);

/// <summary>A new password.</summary>
internal sealed record ChangePasswordRequest(string? Present, string? Password);

/// <summary>A secret for an authenticator app; it counts once confirmed.</summary>
internal sealed record TotpEnrolmentResponse(string Secret, string Uri);

/// <summary>Confirmation that an authenticator app has the secret.</summary>
internal sealed record ConfirmTotpRequest(string? Secret, string? Code);

/// <summary>Single-use codes for a lost authenticator, shown once.</summary>
internal sealed record RecoveryCodesResponse(IReadOnlyList<string> RecoveryCodes);

/// <summary>The present password, for what a stolen session must not do alone.</summary>
internal sealed record ConfirmPasswordRequest(string? Password);
