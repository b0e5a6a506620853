using ImageService.Api.Authentication;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Api.RateLimiting;
using ImageService.Core.Identity;
using Microsoft.Extensions.Options;

namespace ImageService.Api.ControlPlane.Sessions;

/// <summary>Sign-in, sessions, password resets and invitations: what people do before and while they are signed in.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this IEndpointRouteBuilder routes)
    {
        var sessions = routes.MapGroup("/v1/sessions").WithTags("Sessions");
        sessions.MapPost("", SignIn).AllowAnonymous().LimitGuesses()
            .Describe("signIn", "Sign in",
                "Whatever is wrong, the answer is the same 401; only a missing second factor after the right password is told, by totpRequired.")
            .Answers<SessionTokenResponse>(201).Fails(400, 401, 429);
        sessions.MapGet("", List).RequireAccount().Describe("listSessions", "List your sessions").Answers<SessionsResponse>().Fails(403);
        sessions.MapDelete("/current", SignOut).RequirePerson().Describe("signOut", "Sign out").AnswersNothing().Fails(403);
        sessions.MapDelete("/{id:guid}", End).RequireAccount().Describe("endSession", "End one of your sessions").AnswersNothing().Fails(403, 404);

        routes.MapPost("/v1/password-resets", RequestReset).AllowAnonymous().LimitGuesses(countsSuccess: true).WithTags("Sessions")
            .Describe("requestPasswordReset", "Ask for a password reset link by mail", "The answer is the same whether or not there is an account.")
            .AnswersNothing(202).Fails(400, 409, 429);
        routes.MapPost("/v1/password-resets/complete", CompleteReset).AllowAnonymous().LimitGuesses().WithTags("Sessions")
            .Describe("completePasswordReset", "Set a new password by a reset link", "Every session of the person ends.").AnswersNothing().Fails(400, 429);
        routes.MapPost("/v1/invitations/show", Show).AllowAnonymous().LimitGuesses().WithTags("Sessions")
            .Describe("showInvitation", "Show an invitation", "To whoever holds its token, which stands in the body so that no log keeps it.")
            .Answers<OpenInvitation>().Fails(400, 429);
        routes.MapPost("/v1/invitations/accept", Accept).AllowAnonymous().LimitGuesses().WithTags("Sessions")
            .Describe("acceptInvitation", "Accept an invitation",
                "Makes the account where the address has none; otherwise send the session token of that account.")
            .Answers<SessionTokenResponse>(201).AnswersNothing().Fails(400, 401, 412, 429);
    }

    private static async Task<IResult> SignIn(SignInRequest request, Accounts accounts, SignInAudit audit, TimeProvider clock, HttpContext http,
        CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        var outcome = await accounts.SignInAsync(request.Email, request.Password, request.Totp, http.Client(), ct);
        await audit.NoteAsync(outcome, request.Email, http, ct);
        if (outcome.Session.TryGet(out var session, out var error))
            return Results.Created((string?)null, new SessionTokenResponse(session.Token, session.ExpiresAt));
        await clock.EvenOutAsync(began, EvenTime.OfSignIn, ct);
        return error.ToProblem();
    }

    private static async Task<IResult> List(Visit visit, SessionBook sessions, CancellationToken ct)
    {
        var person = visit.Person!;
        var found = await sessions.ListAsync(person.UserId, ct);
        return Results.Ok(new SessionsResponse([.. found.Select(session => SessionResponse.Of(session, person.SessionId))]));
    }

    private static async Task<IResult> SignOut(Visit visit, SessionBook sessions, SignInAudit audit, HttpContext http, CancellationToken ct)
    {
        await sessions.EndAsync(visit.Person!.UserId, visit.Person.SessionId, ct);
        await audit.NoteAsync(visit.Person.UserId, visit.Person.Email, "session.ended", http, ct);
        return Results.NoContent();
    }

    private static async Task<IResult> End(Guid id, Visit visit, SessionBook sessions, SignInAudit audit, HttpContext http, CancellationToken ct)
    {
        if (!await sessions.EndAsync(visit.Person!.UserId, id, ct))
            return Problems.NotFound.ToProblem();
        await audit.NoteAsync(visit.Person.UserId, visit.Person.Email, "session.ended", http, ct);
        return Results.NoContent();
    }

    private static async Task<IResult> RequestReset(
        RequestPasswordResetRequest request, PasswordResets resets, IOptions<ApiOptions> options, TimeProvider clock, CancellationToken ct)
    {
        var began = clock.GetTimestamp();
        var refused = await resets.RequestAsync(request.Email, new Uri(options.Value.PortalBaseUrl.TrimEnd('/') + "/password-reset"), ct);
        await clock.EvenOutAsync(began, EvenTime.OfReset, ct);
        return refused is null ? Results.Accepted() : refused.ToProblem();
    }

    private static async Task<IResult> CompleteReset(CompletePasswordResetRequest request, PasswordResets resets, SignInAudit audit, HttpContext http,
        CancellationToken ct)
    {
        var reset = await resets.CompleteAsync(request.Token, request.Password, ct);
        if (!reset.TryGet(out var userId, out var error))
            return error.ToProblem();
        await audit.NoteAsync(userId, name: null, "person.password_reset", http, ct);
        return Results.NoContent();
    }

    private static async Task<IResult> Show(ShowInvitationRequest request, Invitations invitations, CancellationToken ct) =>
        (await invitations.FindAsync(request.Token, ct)).TryGet(out var invitation, out var error) ? Results.Ok(invitation) : error.ToProblem();

    private static async Task<IResult> Accept(
        AcceptInvitationRequest request, Invitations invitations, SessionBook sessions, Credentials credentials, HttpContext http, CancellationToken ct)
    {
        var signedIn = http.Request.Headers.Authorization.Count == 0
            ? null : (await credentials.ReadAsync(http, ct)) is { IsSuccess: true, Value.Person: { BoundTo: null } person } ? person : null;
        var accepted = await invitations.AcceptAsync(request.Token, request.Name, request.Password, signedIn, http.Client(), ct);
        if (!accepted.TryGet(out var member, out var error))
            return error.ToProblem();
        if (signedIn is not null)
            return Results.NoContent();
        var session = await sessions.BeginAsync(member.UserId!.Value, http.Client(), ct);
        return Results.Created((string?)null, new SessionTokenResponse(session.Token, session.ExpiresAt));
    }
}
