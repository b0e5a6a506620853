using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Api.RateLimiting;
using ImageService.Core.Access;
using ImageService.Core.Identity;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Sessions;

/// <summary>The signed-in person's own account.</summary>
internal static class PersonEndpoints
{
    public static void MapPerson(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/me").WithTags("Account");
        group.MapGet("", Get).RequirePerson().Describe("getMe", "Show your account and your roles").Answers<PersonResponse>().Fails(403);
        group.MapPatch("", Update).RequireAccount().Describe("updateMe", "Change your name").Answers<PersonResponse>().Fails(400, 403);
        group.MapPut("/password", ChangePassword)
            .RequireAccount().LimitGuesses()
            .Describe("changeMyPassword", "Change your password", "Your other sessions end.").AnswersNothing().Fails(400, 403, 429);
        group.MapPost("/totp", BeginTotp)
            .RequireAccount().Describe("beginMyTotp", "Begin to set a second factor", "Nothing changes until it is confirmed with a code.")
            .Answers<TotpEnrolmentResponse>().Fails(403);
        group.MapPost("/totp/confirm", ConfirmTotp)
            .RequireAccount().LimitGuesses().Describe("confirmMyTotp", "Set the second factor", "The answer holds recovery codes, shown once.")
            .Answers<RecoveryCodesResponse>().Fails(400, 403, 409, 429);
        group.MapPost("/totp/remove", RemoveTotp)
            .RequireAccount().LimitGuesses().Describe("removeMyTotp", "Take the second factor off", "Needs the password.").AnswersNothing().Fails(403, 429);
    }

    private static async Task<IResult> Get(Visit visit, RegistryFactory registry, CancellationToken ct) => Results.Ok(await ShowAsync(visit, registry, ct));

    private static async Task<IResult> Update(
        UpdatePersonRequest request, Visit visit, RegistryFactory registry, SignInAudit audit, TimeProvider clock, HttpContext http, CancellationToken ct)
    {
        if (!NameRules.ReadName(request.Name).TryGet(out var name, out var error))
            return error.ToProblem();
        await using var db = registry.ForSystem();
        var now = clock.GetUtcNow();
        await db.Users.Where(user => user.Id == visit.Person!.UserId)
            .ExecuteUpdateAsync(set => set.SetProperty(user => user.Name, name).SetProperty(user => user.UpdatedAt, now), ct);
        await NoteAsync(visit, audit, "person.renamed", http, ct);
        return Results.Ok(await ShowAsync(visit, registry, ct));
    }

    private static async Task<IResult> ChangePassword(ChangePasswordRequest request, Visit visit, Accounts accounts, SignInAudit audit, HttpContext http,
        CancellationToken ct)
    {
        if (await accounts.ChangePasswordAsync(visit.Person!, request.Present, request.Password, ct) is { } error)
            return error.ToProblem();
        await NoteAsync(visit, audit, "person.password_changed", http, ct);
        return Results.NoContent();
    }

    private static IResult BeginTotp(Visit visit)
    {
        var enrolment = SecondFactor.Begin(visit.Person!.Email);
        return Results.Ok(new TotpEnrolmentResponse(enrolment.Secret, enrolment.Uri));
    }

    private static async Task<IResult> ConfirmTotp(ConfirmTotpRequest request, Visit visit, SecondFactor secondFactor, SignInAudit audit, HttpContext http,
        CancellationToken ct)
    {
        if (!(await secondFactor.ConfirmAsync(visit.Person!.UserId, request.Secret, request.Code, ct)).TryGet(out var codes, out var error))
            return error.ToProblem();
        await NoteAsync(visit, audit, "person.totp_set", http, ct);
        return Results.Ok(new RecoveryCodesResponse(codes));
    }

    private static async Task<IResult> RemoveTotp(
        ConfirmPasswordRequest request, Visit visit, Accounts accounts, SecondFactor secondFactor, SignInAudit audit, HttpContext http, CancellationToken ct)
    {
        if (!await accounts.ConfirmAsync(visit.Person!.UserId, request.Password, ct))
            return IdentityErrors.WrongPassword.ToProblem();
        await secondFactor.RemoveAsync(visit.Person!.UserId, ct);
        await NoteAsync(visit, audit, "person.totp_removed", http, ct);
        return Results.NoContent();
    }

    private static Task NoteAsync(Visit visit, SignInAudit audit, string action, HttpContext http, CancellationToken ct) =>
        audit.NoteAsync(visit.Person!.UserId, visit.Person.Email, action, http, ct);

    private static async Task<PersonResponse> ShowAsync(Visit visit, RegistryFactory registry, CancellationToken ct)
    {
        var person = visit.Person!;
        await using var db = registry.ForSystem();
        var user = await db.Users.AsNoTracking().SingleAsync(row => row.Id == person.UserId, ct);
        var tenants = person.Memberships.Select(static membership => membership.TenantId).OfType<Guid>().ToArray();
        var spaces = person.Memberships.Select(static membership => membership.SpaceId).OfType<Guid>().ToArray();
        var slugs = await db.Tenants.Where(row => tenants.Contains(row.Id)).Select(row => new { row.Id, row.Slug })
            .Concat(db.Spaces.Where(row => spaces.Contains(row.Id)).Select(row => new { row.Id, row.Slug }))
            .ToDictionaryAsync(row => row.Id, row => row.Slug, ct);
        return new PersonResponse
        {
            Id = user.Id,
            Email = user.Email,
            Name = user.Name,
            HasPassword = user.PasswordHash is not null,
            TotpEnabled = user.ProtectedTotpSecret is not null,
            RecoveryCodesLeft = user.RecoveryCodeHashes.Length,
            Administrator = person.IsAdministrator,
            Memberships = [.. person.Memberships.Select(membership => new MembershipResponse
            {
                Organization = membership.OrganizationSlug,
                OrganizationName = membership.OrganizationName,
                Tenant = membership.TenantId is { } tenant ? slugs.GetValueOrDefault(tenant) : null,
                Space = membership.SpaceId is { } space ? slugs.GetValueOrDefault(space) : null,
                Role = membership.Role,
                Scopes = [.. Permissions.Of(membership.Role).Order(StringComparer.Ordinal)],
            })],
        };
    }
}
