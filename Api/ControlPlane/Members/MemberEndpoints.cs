using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Identity;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Members;

/// <summary>People of an organization and their roles.</summary>
internal static class MemberEndpoints
{
    private static readonly Error AlreadyThere = new(ErrorCode.Conflict, "This person has a role or an invitation at this place already. Change that one.");

    public static void MapMembers(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/members").WithTags("Members");
        group.MapGet("", List)
            .RequireScopeSomewhere(Scopes.TenantWrite)
            .Describe("listMembers", "List members and open invitations").Answers<Page<MemberResponse>>().Fails(400, 403, 404);
        group.MapPost("", Invite).RequireScopeSomewhere(Scopes.TenantWrite).Idempotent()
            .Describe("inviteMember", "Invite a person", "The invitation is mailed; where no mail is configured, its link is in the answer, once.")
            .Answers<MemberResponse>(201).Fails(400, 403, 404, 409);
        group.MapGet("/{id:guid}", Get)
            .RequireScopeSomewhere(Scopes.TenantWrite).Describe("getMember", "Show a member").Answers<MemberResponse>().Fails(403, 404);
        group.MapPatch("/{id:guid}", Update).RequireScopeSomewhere(Scopes.TenantWrite)
            .Describe("updateMember", "Change a member's role", "The last owner stays owner.").Answers<MemberResponse>().Fails(400, 403, 404, 412);
        group.MapPost("/{id:guid}/invitation", InviteAgain).RequireScopeSomewhere(Scopes.TenantWrite)
            .Describe("renewInvitation", "Invite a person again", "The link before stops working.").Answers<MemberResponse>().Fails(403, 404, 409);
        group.MapDelete("/{id:guid}", Remove).RequireScopeSomewhere(Scopes.TenantWrite)
            .Describe("removeMember", "Remove a member or take back an invitation", "The last owner stays.").AnswersNothing().Fails(403, 404, 412);
    }

    private static async Task<IResult> List(Visit visit, RegistryFactory registry, TimeProvider clock, string? cursor, int? limit, CancellationToken ct)
    {
        if (!Cursor.ReadId(cursor).TryGet(out var after, out var error) || !Cursor.ReadLimit(limit).TryGet(out var size, out error))
            return error.ToProblem();
        var visible = visit.TenantsWith(Scopes.TenantWrite);
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var rows = await Shown(db, db.Members.AsNoTracking()
            .Where(member => member.OrganizationId == visit.At.OrganizationId && (after == null || member.Id > after))
            .Where(member => visible == null || (member.TenantId != null && visible.Contains(member.TenantId.Value)))
            .OrderBy(member => member.Id).Take(size + 1)).ToListAsync(ct);
        var now = clock.GetUtcNow();
        return Results.Ok(Cursor.Page(rows, size, row => MemberResponse.Of(row.Member, row.Name, row.Tenant, row.Space, now),
            static row => Cursor.Of(row.Member.Id)));
    }

    private static async Task<IResult> Invite(
        InviteMemberRequest request, Visit visit, RegistryFactory registry, InvitationSender desk, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (!EmailAddress.TryParse(request.Email, out var email))
            return IdentityErrors.InvalidEmail.ToProblem();
        if (request.Role is not { } role)
            return Problems.Invalid("role must be owner, admin, editor or viewer.").ToProblem();
        if (request is { Space: not null, Tenant: null })
            return Problems.Invalid("Name the space's tenant too.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (!(await CallerPlaces.FindIdsAsync(db, visit.Caller, request.Tenant, request.Space, ct)).TryGet(out var place, out var error))
            return error.ToProblem();
        if (MemberRules.JudgeReach(visit, role, place.TenantId, place.SpaceId) is { } refused)
            return refused.ToProblem();
        var now = clock.GetUtcNow();
        var member = new Member
        {
            OrganizationId = visit.At.OrganizationId, TenantId = place.TenantId, SpaceId = place.SpaceId, Email = email.Value,
            Role = role, CreatedAt = now
        };
        var token = desk.Issue(member);
        db.Members.Add(member);
        if (await db.TrySaveAsync(AlreadyThere, ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(member.RowVersion);
        return Results.Created($"{http.Request.Path}/{member.Id}",
            MemberResponse.Of(member, null, request.Tenant, request.Space, now, desk.Send(member, visit.At.Organization, token)));
    }

    private static async Task<IResult> Get(Guid id, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit, id, ct) is not { } member)
            return Problems.NotFound.ToProblem();
        http.SetETag(member.RowVersion);
        return Results.Ok(await ShowAsync(db, member, clock, null, ct));
    }

    private static async Task<IResult> Update(
        Guid id, UpdateMemberRequest request, Visit visit, RegistryFactory registry, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (request.Role is not { } role)
            return Problems.Invalid("role must be owner, admin, editor or viewer.").ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        await using var transaction = await MemberRules.BeginAsync(db, visit.At.OrganizationId, ct);
        if (await FindAsync(db, visit, id, ct) is not { } member)
            return Problems.NotFound.ToProblem();
        var refused =
            MemberRules.JudgeReach(visit, member.Role, member.TenantId, member.SpaceId) ?? MemberRules.JudgeReach(visit, role, member.TenantId, member.SpaceId)
            ?? IfMatch.Check(http, member.RowVersion) ?? (role is Role.Owner ? null : await MemberRules.JudgeLossAsync(db, member, ct));
        if (refused is not null)
            return refused.ToProblem();
        member.Role = role;
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        await transaction.CommitAsync(ct);
        http.SetETag(member.RowVersion);
        return Results.Ok(await ShowAsync(db, member, clock, null, ct));
    }

    private static async Task<IResult> InviteAgain(Guid id, Visit visit, RegistryFactory registry, InvitationSender desk, TimeProvider clock,
        CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit, id, ct) is not { } member)
            return Problems.NotFound.ToProblem();
        if (MemberRules.JudgeReach(visit, member.Role, member.TenantId, member.SpaceId) is { } refused)
            return refused.ToProblem();
        if (member.AcceptedAt is not null)
            return new Error(ErrorCode.Conflict, "The invitation is accepted already.").ToProblem();
        var token = desk.Issue(member);
        if (await db.TrySaveAsync(ct) is { } failure)
            return failure.ToProblem();
        return Results.Ok(await ShowAsync(db, member, clock, desk.Send(member, visit.At.Organization, token), ct));
    }

    private static async Task<IResult> Remove(Guid id, Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        await using var transaction = await MemberRules.BeginAsync(db, visit.At.OrganizationId, ct);
        if (await FindAsync(db, visit, id, ct) is not { } member)
            return Problems.NotFound.ToProblem();
        var refused = MemberRules.JudgeReach(visit, member.Role, member.TenantId, member.SpaceId) ?? IfMatch.Check(http, member.RowVersion)
            ?? await MemberRules.JudgeLossAsync(db, member, ct);
        if (refused is not null)
            return refused.ToProblem();
        db.Members.Remove(member);
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        await transaction.CommitAsync(ct);
        return Results.NoContent();
    }

    /// <summary>A member of a place where the caller may not manage does not exist for the caller.</summary>
    private static async Task<Member?> FindAsync(RegistryDb db, Visit visit, Guid id, CancellationToken ct)
    {
        var member = await db.Members.SingleOrDefaultAsync(row => row.Id == id && row.OrganizationId == visit.At.OrganizationId, ct);
        return member is not null && visit.Caller.May(Scopes.TenantWrite, member.TenantId, member.SpaceId) ? member : null;
    }

    private static async Task<MemberResponse> ShowAsync(RegistryDb db, Member member, TimeProvider clock, string? invitationUrl, CancellationToken ct)
    {
        var name = member.UserId is null ? null : await db.Users.Where(user => user.Id == member.UserId).Select(user => user.Name).SingleOrDefaultAsync(ct);
        return MemberResponse.Of(
            member, name, await CallerPlaces.TenantSlugAsync(db, member.TenantId, ct), await CallerPlaces.SpaceSlugAsync(db, member.SpaceId, ct),
            clock.GetUtcNow(), invitationUrl);
    }

    private static IQueryable<ShownMember> Shown(RegistryDb db, IQueryable<Member> members) => members.Select(member => new ShownMember
    {
        Member = member,
        Name = db.Users.Where(user => user.Id == member.UserId).Select(user => user.Name).SingleOrDefault(),
        Tenant = db.Tenants.Where(tenant => tenant.Id == member.TenantId).Select(tenant => tenant.Slug).SingleOrDefault(),
        Space = db.Spaces.Where(space => space.Id == member.SpaceId).Select(space => space.Slug).SingleOrDefault(),
    });

    private sealed class ShownMember
    {
        public required Member Member { get; init; }

        public string? Name { get; init; }

        public string? Tenant { get; init; }

        public string? Space { get; init; }
    }
}
