using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Members;

/// <summary>Who may make whom what, and that an organization keeps an owner.</summary>
internal static class MemberRules
{
    private static readonly Error LastOwner = new(ErrorCode.LastOwner, "This is the organization's last owner. Make somebody else owner first.");

    private static readonly Error OnlyOwners = new(ErrorCode.Forbidden, "Only an owner, or a key with all scopes, may make, change or remove an owner.");

    /// <summary>Whether the caller may give, change or take a role at a place.</summary>
    public static Error? JudgeReach(Visit visit, Role role, Guid? tenantId, Guid? spaceId)
    {
        if (!visit.Caller.May(Scopes.TenantWrite, tenantId, spaceId))
            return AccessErrors.Lacks(Scopes.TenantWrite);
        if (role is Role.Owner)
            return visit.Caller.Owns(tenantId, spaceId) ? null : OnlyOwners;
        return Permissions.Of(role).All(scope => visit.Caller.May(scope, tenantId, spaceId)) ? null : AccessErrors.Escalates;
    }

    /// <summary>
    /// Refuses to take the last owner's role. Call it inside <see cref="BeginAsync"/>: of two owners who remove each other at the same moment, one stays.
    /// </summary>
    public static async Task<Error?> JudgeLossAsync(RegistryDb db, Member member, CancellationToken ct)
    {
        if (member is not { Role: Role.Owner, TenantId: null, SpaceId: null, AcceptedAt: not null })
            return null;
        var others = await db.Members.AnyAsync(
            other => other.OrganizationId == member.OrganizationId && other.Id != member.Id && other.Role == Role.Owner
                && other.TenantId == null && other.SpaceId == null && other.AcceptedAt != null
                && db.Users.Any(user => user.Id == other.UserId && user.DisabledAt == null),
            ct);
        return others ? null : LastOwner;
    }

    /// <summary>A transaction in which nobody else changes the organization's members.</summary>
    public static Task<Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction> BeginAsync(RegistryDb db, Guid organizationId, CancellationToken ct) =>
        db.BeginExclusiveAsync($"members {organizationId}", ct);
}
