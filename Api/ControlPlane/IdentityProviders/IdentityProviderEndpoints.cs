using System.Text;
using ImageService.Api.Authentication;
using ImageService.Api.ControlPlane.Sessions;
using ImageService.Api.Http;
using ImageService.Api.OpenApi;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Outbound;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Api.ControlPlane.IdentityProviders;

/// <summary>An organization's OpenID Connect provider, and signing in by it.</summary>
internal static class IdentityProviderEndpoints
{
    private const string Cookie = "imageservice-oidc";
    private const string CallbackPath = "/v1/sessions/oidc/callback";

    private static readonly Error OnlyOwners = new(ErrorCode.Forbidden, "Only an owner, or a key with all scopes, may decide who vouches for people.");

    public static void MapIdentityProviders(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/organizations/{org}/identity-provider").WithTags("Identity provider");
        group.MapGet("", Get)
            .RequireScope(Scopes.TenantWrite).Describe("getIdentityProvider", "Show the identity provider").Answers<IdentityProviderResponse>().Fails(403, 404);
        group.MapPut("", Set).RequireScope(Scopes.TenantWrite)
            .Describe("setIdentityProvider", "Set the identity provider", "Needs an owner, or a key with all scopes.")
            .Answers<IdentityProviderResponse>().Fails(400, 403, 404, 409, 412, 422);
        group.MapDelete("", Remove)
            .RequireScope(Scopes.TenantWrite).Describe("removeIdentityProvider", "Remove the identity provider").AnswersNothing().Fails(403, 404, 412);
        routes.MapGet("/v1/organizations/{org}/sign-in", Begin).AllowAnonymous().WithTags("Identity provider")
            .Describe("beginOidcSignIn", "Sign in by the organization's identity provider", "For browsers: redirects to the provider.")
            .Produces(302).Fails(401, 404);
        routes.MapGet(CallbackPath, ComeBack).AllowAnonymous().WithTags("Identity provider")
            .Describe("completeOidcSignIn", "The way back from an identity provider",
                "For browsers: redirects to the portal with a ticket that works once within a minute.").Produces(302).Fails(401);
        routes.MapPost("/v1/sessions/oidc", Redeem).AllowAnonymous().WithTags("Identity provider")
            .Describe("redeemOidcTicket", "Turn a ticket into a session").Answers<SessionTokenResponse>(201).Fails(400);
    }

    private static async Task<IResult> Get(Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } provider)
            return Problems.NotFound.ToProblem();
        http.SetETag(provider.RowVersion);
        return Results.Ok(IdentityProviderResponse.Of(provider, visit.At.Organization));
    }

    private static async Task<IResult> Set(
        SetIdentityProviderRequest request, Visit visit, RegistryFactory registry, SecretProtector protector, GuardedHttpClient guard, TimeProvider clock,
        HttpContext http, CancellationToken ct)
    {
        if (!visit.OwnsOrganization())
            return OnlyOwners.ToProblem();
        if (Judge(request, guard) is { } refused)
            return refused.ToProblem();
        var now = clock.GetUtcNow();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        var provider = await FindAsync(db, visit.At, ct);
        if (IfMatch.Check(http, provider?.RowVersion ?? 0) is { } stale)
            return stale.ToProblem();
        if (provider is null)
        {
            if (string.IsNullOrEmpty(request.ClientSecret))
                return Problems.Invalid("clientSecret is needed the first time.").ToProblem();
            provider = new IdentityProvider
            {
                OrganizationId = visit.At.OrganizationId, Authority = "", ClientId = "", ProtectedClientSecret = [], CreatedAt = now,
            };
            db.IdentityProviders.Add(provider);
        }

        provider.Authority = request.Authority!.TrimEnd('/');
        provider.ClientId = request.ClientId!;
        provider.DefaultRole = request.DefaultRole;
        provider.AllowedDomains = [.. (request.AllowedDomains ?? []).Select(static domain => domain.Trim().ToLowerInvariant())];
        provider.UpdatedAt = now;
        if (!string.IsNullOrEmpty(request.ClientSecret))
            provider.ProtectedClientSecret = protector.Protect(Encoding.UTF8.GetBytes(request.ClientSecret), OidcProviderClient.ContextOf(provider));
        if (await db.TrySaveAsync(http, ct) is { } failure)
            return failure.ToProblem();
        http.SetETag(provider.RowVersion);
        return Results.Ok(IdentityProviderResponse.Of(provider, visit.At.Organization));
    }

    private static async Task<IResult> Remove(Visit visit, RegistryFactory registry, HttpContext http, CancellationToken ct)
    {
        if (!visit.OwnsOrganization())
            return OnlyOwners.ToProblem();
        await using var db = registry.ForOrganization(visit.At.OrganizationId);
        if (await FindAsync(db, visit.At, ct) is not { } provider)
            return Problems.NotFound.ToProblem();
        if (IfMatch.Check(http, provider.RowVersion) is { } stale)
            return stale.ToProblem();
        db.IdentityProviders.Remove(provider);
        return await db.TrySaveAsync(http, ct) is { } failure ? failure.ToProblem() : Results.NoContent();
    }

    private static async Task<IResult> Begin(string org, OidcFlow flow, HttpContext http, CancellationToken ct)
    {
        var redirectUri = $"{http.Request.Scheme}://{http.Request.Host}{CallbackPath}";
        var begun = await flow.BeginAsync(org, redirectUri, ct);
        if (!begun.TryGet(out var way, out var error))
            return error.ToProblem();
        http.Response.Cookies.Append(Cookie, way.Binding, new CookieOptions
        {
            HttpOnly = true,
            Secure = http.Request.IsHttps,
            SameSite = SameSiteMode.Lax,
            Path = CallbackPath,
            MaxAge = TimeSpan.FromMinutes(10),
        });
        return Results.Redirect(way.Location);
    }

    private static async Task<IResult> ComeBack(string? code, string? state, OidcFlow flow, IOptions<ApiOptions> options, HttpContext http,
        CancellationToken ct)
    {
        var completed = await flow.CompleteAsync(code, state, http.Request.Cookies[Cookie], http.Client(), ct);
        http.Response.Cookies.Delete(Cookie, new CookieOptions { Path = CallbackPath });
        return completed.TryGet(out var ticket, out var error)
            ? Results.Redirect($"{options.Value.PortalBaseUrl.TrimEnd('/')}/sign-in/oidc?ticket={ticket}")
            : error.ToProblem();
    }

    private static async Task<IResult> Redeem(RedeemTicketRequest request, OidcFlow flow, SignInAudit audit, HttpContext http, CancellationToken ct)
    {
        var redeemed = await flow.RedeemTicketAsync(request.Ticket, http.Client(), ct);
        if (!redeemed.TryGet(out var session, out var error))
            return error.ToProblem();
        await audit.NoteAsync(session.UserId, name: null, "session.begun", http, ct);
        return Results.Created((string?)null, new SessionTokenResponse(session.Token, session.ExpiresAt));
    }

    private static Error? Judge(SetIdentityProviderRequest request, GuardedHttpClient guard)
    {
        if (request.Authority is not { Length: <= 1000 } || !Uri.TryCreate(request.Authority, UriKind.Absolute, out var authority)
            || authority.Query.Length > 0)
            return Problems.Invalid("authority must be the provider's issuer URL, such as https://login.example.com.");
        if (guard.Judge(authority) is { } refused)
            return refused;
        if (request.ClientId is not { Length: > 0 and <= 500 } || request.ClientSecret is { Length: > 2000 })
            return Problems.Invalid("clientId must be 1 to 500 characters, clientSecret at most 2000.");
        if (request.DefaultRole is Role.Owner)
            return Problems.Invalid("defaultRole may be admin, editor or viewer: owners are made by owners.");
        return (request.AllowedDomains ?? []).All(static domain => Uri.CheckHostName(domain?.Trim()) is UriHostNameType.Dns)
            && request.AllowedDomains is not { Length: > 100 }
            ? null
            : Problems.Invalid("allowedDomains takes at most 100 domains, such as example.com.");
    }

    private static Task<IdentityProvider?> FindAsync(RegistryDb db, Place at, CancellationToken ct) =>
        db.IdentityProviders.SingleOrDefaultAsync(row => row.OrganizationId == at.OrganizationId, ct);
}
