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
/// <param name="Id">Its id.</param>
/// <param name="Email">Whom.</param>
/// <param name="Name">The person's name, once the invitation is accepted.</param>
/// <param name="Role">As what.</param>
/// <param name="Tenant">Slug; null: the whole organization.</param>
/// <param name="Space">Slug; null: the whole tenant or organization.</param>
/// <param name="State"><c>active</c>, <c>invited</c> or <c>expired</c> (the invitation).</param>
/// <param name="CreatedAt">When invited.</param>
/// <param name="AcceptedAt">When accepted.</param>
/// <param name="InvitationExpiresAt">Until when it may be accepted.</param>
/// <param name="InvitationUrl">
/// The link to accept by, shown once, where this installation sends no mail; null where it was mailed. Hand it to the person and nobody else.
/// </param>
internal sealed record MemberResponse(
    Guid Id,
    string Email,
    string? Name,
    Role Role,
    string? Tenant,
    string? Space,
    string State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? AcceptedAt,
    DateTimeOffset? InvitationExpiresAt,
    string? InvitationUrl)
{
    public static MemberResponse Of(Member member, string? name, string? tenant, string? space, DateTimeOffset now, string? invitationUrl = null) => new(
        member.Id,
        member.Email,
        name,
        member.Role,
        tenant,
        space,
        member.AcceptedAt is not null ? "active" : member.InvitationExpiresAt > now ? "invited" : "expired",
        member.CreatedAt,
        member.AcceptedAt,
        member.InvitationExpiresAt,
        invitationUrl);
}
