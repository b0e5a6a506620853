namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record MemberResponse
{
    public required Guid Id { get; init; }

    public required string Email { get; init; }

    public required string? Name { get; init; }

    public required string Role { get; init; }

    public required string? Tenant { get; init; }

    public required string? Space { get; init; }

    public required string State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? AcceptedAt { get; init; }

    public required DateTimeOffset? InvitationExpiresAt { get; init; }

    public required string? InvitationUrl { get; init; }
}

public sealed record InviteMemberRequest(string Email, string Role, string? Tenant, string? Space);

public sealed record UpdateMemberRequest(string Role);
