namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record MemberResponse(
    Guid Id, string Email, string? Name, string Role, string? Tenant, string? Space, string State, DateTimeOffset CreatedAt, DateTimeOffset? AcceptedAt,
    DateTimeOffset? InvitationExpiresAt, string? InvitationUrl);

public sealed record InviteMemberRequest(string Email, string Role, string? Tenant, string? Space);

public sealed record UpdateMemberRequest(string Role);
