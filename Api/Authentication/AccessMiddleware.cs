using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Identity;
using ImageService.Core.Registry;
using Microsoft.AspNetCore.Authorization;

namespace ImageService.Api.Authentication;

/// <summary>
/// Lets a request through to its route when the caller may: authenticates, finds the place the route names inside the caller's organization, and asks for the
/// route's scope there. The call counts against the caller's rate limit before it is judged, so that refused ones count too. "Not there" and "not yours"
/// get the same 404; a scope that lacks inside one's own organization gets 403. Refusals are audited.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, Credentials credentials, CallerPlaces places, ManagementRateLimit rates, RefusalAudit refusals,
    CurrentActor actor)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var endpoint = http.GetEndpoint();
        if (endpoint is null || !http.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal)
            || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await next(http);
            return;
        }

        var requirement = endpoint.Metadata.GetMetadata<AccessRequirement>()
            ?? (endpoint is RouteEndpoint ? throw new InvalidOperationException($"{endpoint.DisplayName} states no access requirement.") : null);
        if (requirement is null)
        {
            await next(http);
            return;
        }

        var identified = await IdentifyAsync(http, requirement, http.RequestAborted);
        if (!identified.TryGet(out var visit, out var refusal))
        {
            await Problems.WriteAsync(http, refusal);
            return;
        }

        if (await rates.TakeAsync(http, visit.Caller) is { } limited)
        {
            await Problems.WriteAsync(http, limited);
            return;
        }

        // Here, and not in what is awaited: an actor holds for this flow and what it calls.
        var client = http.Client();
        actor.Become(new Actor
        {
            Type = visit.Caller.Type,
            Id = visit.Caller.Id,
            Name = visit.Caller.Name,
            Ip = client.Address,
            UserAgent = client.UserAgent,
        });
        var judged = await JudgeAsync(http, requirement, visit, http.RequestAborted);
        if (!judged.TryGet(out visit, out refusal))
        {
            await refusals.NoteAsync(http, identified.Value.Caller, refusal, http.RequestAborted);
            await Problems.WriteAsync(http, refusal);
            return;
        }

        if (visit.Place is { } place && await rates.TakeAsync(http, place) is { } tooMany)
        {
            await Problems.WriteAsync(http, tooMany);
            return;
        }

        http.Features.Set(visit);
        http.Features.Set(new ProblemWatch(
            error => RefusalAudit.Concerns(error, visit.Caller) ? refusals.NoteAsync(http, visit.Caller, error, http.RequestAborted) : Task.CompletedTask));
        await next(http);
    }

    private async Task<Result<Visit>> IdentifyAsync(HttpContext http, AccessRequirement requirement, CancellationToken ct)
    {
        var read = await credentials.ReadAsync(http, ct);
        if (!read.TryGet(out var credential, out var refusal))
            return refusal;
        var named = CallerOf(http, requirement, credential);
        return named.TryGet(out var caller, out refusal) ? new Visit(caller, credential.Person, Place: null) : refusal;
    }

    private static Result<Caller> CallerOf(HttpContext http, AccessRequirement requirement, (Caller? Key, SignedInUser? Person) credential)
    {
        var organization = http.GetRouteValue("org") as string;
        if (credential.Key is { } key)
            return key;
        var person = credential.Person!;
        if (organization is null && requirement.Kind is not AccessKind.Member)
            return new Caller
            {
                Type = ActorType.User,
                Id = person.UserId,
                Name = person.Email,
                OrganizationId = null,
                TenantId = null,
                SpaceId = null,
                Scopes = new HashSet<string>(StringComparer.Ordinal),
                IsPlatform = false,
                Grants = [],
            };
        return Credentials.Within(person, organization ?? http.Request.Headers[Credentials.OrganizationHeader].FirstOrDefault());
    }

    private async Task<Result<Visit>> JudgeAsync(HttpContext http, AccessRequirement requirement, Visit visit, CancellationToken ct)
    {
        var organization = http.GetRouteValue("org") as string;
        if (requirement.Kind is AccessKind.Anybody)
            return visit;
        if (requirement.Kind is AccessKind.Platform)
            return visit.Caller.IsPlatform ? visit : new Error(ErrorCode.Forbidden, "Only the operator's platform key may do this.");
        if (requirement.Kind is AccessKind.Administrator)
            return visit.Caller.IsPlatform || visit.Person is { IsAdministrator: true }
                ? visit : new Error(ErrorCode.Forbidden, "Only who runs this installation may see it: an administrator, or the platform key.");
        if (requirement.Kind is AccessKind.Person)
            return visit.Person is not null ? visit : new Error(ErrorCode.Forbidden, "This belongs to a person: sign in and send the session token.");
        if (requirement.Kind is AccessKind.Account)
            return visit.Person is { BoundTo: null }
                ? visit : new Error(ErrorCode.Forbidden, "This changes an account: sign in with its password and send that session's token.");
        if (organization is null)
            return JudgeAnywhere(visit, requirement.Scope);

        if (await places.FindAsync(visit.Caller, organization, http.GetRouteValue("tenant") as string, http.GetRouteValue("space") as string,
            ct) is not { } place)
            return Problems.NotFound;
        var here = visit with { Place = place };
        var holds = requirement.Scope is null || (requirement.Somewhere ? here.Caller.Scopes.Contains(requirement.Scope) : here.May(requirement.Scope));
        return holds ? here : AccessErrors.Lacks(requirement.Scope!);
    }

    /// <summary>The route names no place: the scope must hold at some place, and the handler asks for the one that is meant.</summary>
    private static Result<Visit> JudgeAnywhere(Visit visit, string? scope)
    {
        if (visit.Caller.OrganizationId is null)
            return new Error(ErrorCode.Forbidden, "The platform key creates organizations and does nothing else.");
        if (visit.Caller.OrganizationId == Guid.Empty)
            return Problems.NotFound;
        return scope is null || visit.Caller.Scopes.Contains(scope) ? visit : AccessErrors.Lacks(scope);
    }
}
