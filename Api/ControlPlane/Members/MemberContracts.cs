using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Members;

/// <summary>An invitation.</summary>
/// <param name="Email">Whom.</param>
/// <param name="Role">As what; no more than the inviting credential is.</param>
/// <param name="Tenant">Slug; left out: the whole organization.</param>
/// <param name="Space">Slug of a space of the tenant; left out: the whole tenant.</param>
internal sealed record InviteMemberRequest(string? Email, Role? Role, string? Tenant, string? Space);

/// <summary>Another role.</summary>
internal sealed record UpdateMemberRequest(Role? Role);

/// <summary>A member, or an open invitation.</summary>
internal sealed record MemberResponse
{
    /// <summary>Its id.</summary>
    public required Guid Id { get; init; }

    /// <summary>Whom.</summary>
    public required string Email { get; init; }

    /// <summary>The person's name, once the invitation is accepted.</summary>
    public required string? Name { get; init; }

    /// <summary>As what.</summary>
    public required Role Role { get; init; }

    /// <summary>Slug; null: the whole organization.</summary>
    public required string? Tenant { get; init; }

    /// <summary>Slug; null: the whole tenant or organization.</summary>
    public required string? Space { get; init; }

    /// <summary><c>active</c>, <c>invited</c> or <c>expired</c> (the invitation).</summary>
    public required string State { get; init; }

    /// <summary>When invited.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When accepted.</summary>
    public required DateTimeOffset? AcceptedAt { get; init; }

    /// <summary>Until when it may be accepted.</summary>
    public required DateTimeOffset? InvitationExpiresAt { get; init; }

    /// <summary>
    /// The link to accept by, shown once, where this installation sends no mail; null where it was mailed. Hand it to the person and nobody else.
    /// </summary>
    public required string? InvitationUrl { get; init; }

    public static MemberResponse Of(Member member, string? name, string? tenant, string? space, DateTimeOffset now, string? invitationUrl = null) => new()
    {
        Id = member.Id,
        Email = member.Email,
        Name = name,
        Role = member.Role,
        Tenant = tenant,
        Space = space,
        State = member.AcceptedAt is not null ? "active" : member.InvitationExpiresAt > now ? "invited" : "expired",
        CreatedAt = member.CreatedAt,
        AcceptedAt = member.AcceptedAt,
        InvitationExpiresAt = member.InvitationExpiresAt,
        InvitationUrl = invitationUrl,
    };
}
