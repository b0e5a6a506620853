using System.Security.Claims;
using ImageService.Api.Http;
using ImageService.Core.Errors;
using ImageService.Core.Identity;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.IdentityProviders;

/// <summary>
/// Sign-in by an organization's provider: out with PKCE, state and nonce; back with a verified e-mail address; then a single-use ticket that the portal
/// turns into a
/// session. A provider vouches for people within its own organization only: the session reaches nothing else, and an account with a password of its own
/// comes in
/// only once its owner has accepted an invitation.
/// </summary>
internal sealed class OidcFlow(
    RegistryFactory registry, OidcProviderClient providers, Accounts accounts, SessionBook sessions, SecretProtector protector, CurrentActor actor,
    TimeProvider clock)
{
    private const string TicketPurpose = "oidc_ticket";
    private static readonly TimeSpan TimeToSignIn = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan TicketLife = TimeSpan.FromMinutes(1);

    /// <summary>Where to send the browser, and the cookie to bind it with.</summary>
    public async Task<Result<(string Location, string Binding)>> BeginAsync(string organization, string redirectUri, CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        var provider = await (
            from row in db.IdentityProviders.AsNoTracking()
            join owner in db.Organizations on row.OrganizationId equals owner.Id
            where owner.Slug == organization && owner.DeletedAt == null
            select row).SingleOrDefaultAsync(ct);
        if (provider is null)
            return Problems.NotFound;
        if (await providers.DescribeAsync(provider, ct) is not { } configuration)
            return IdentityErrors.OidcRefused("it does not describe itself at its authority.");
        var (state, binding) = OidcState.New(provider.OrganizationId, redirectUri, clock.GetUtcNow() + TimeToSignIn);
        var location = QueryHelpers.AddQueryString(configuration.AuthorizationEndpoint, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = provider.ClientId,
            ["redirect_uri"] = redirectUri,
            ["scope"] = "openid email profile",
            ["state"] = state.Seal(protector),
            ["nonce"] = state.Nonce,
            ["code_challenge"] = state.CodeChallenge,
            ["code_challenge_method"] = "S256",
        });
        return (location, binding);
    }

    /// <summary>A ticket for the person who came back.</summary>
    public async Task<Result<string>> CompleteAsync(string? code, string? stateText, string? binding, ClientFacts client, CancellationToken ct)
    {
        if (OidcState.Open(stateText, binding, protector, clock.GetUtcNow()) is not { } state || string.IsNullOrEmpty(code))
            return IdentityErrors.OidcRefused("it was not begun in this browser, or took too long.");
        await using var db = registry.ForOrganization(state.OrganizationId);
        var provider = await db.IdentityProviders.AsNoTracking().SingleOrDefaultAsync(row => row.OrganizationId == state.OrganizationId, ct);
        if (provider is null || await providers.DescribeAsync(provider, ct) is not { } configuration)
            return IdentityErrors.OidcRefused("it is not there any more.");
        var redeemed = await providers.RedeemAsync(provider, configuration, state, code, ct);
        if (!redeemed.TryGet(out var claims, out var error) || !ReadEmail(claims, provider).TryGet(out var email, out error))
            return error;
        var admitted = await AdmitAsync(provider, email, claims.FindFirst("name")?.Value, client, ct);
        return admitted.TryGet(out var userId, out error) ? await IssueTicketAsync(userId, provider.OrganizationId, ct) : error;
    }

    /// <summary>A session for a ticket, which works once.</summary>
    public async Task<Result<IssuedSession>> RedeemTicketAsync(string? ticket, ClientFacts client, CancellationToken ct)
    {
        if (OpaqueToken.Read(ticket, OpaqueToken.Ticket) is not { } hash)
            return IdentityErrors.TokenRefused;
        var now = clock.GetUtcNow();
        await using var db = registry.ForSystem();
        var row = await db.UserTokens.AsNoTracking().SingleOrDefaultAsync(token => token.TokenHash == hash && token.Purpose == TicketPurpose, ct);
        var spent = row is not null && await db.UserTokens.Where(token => token.Id == row.Id && token.UsedAt == null && token.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(token => token.UsedAt, now), ct) == 1;
        return spent ? await sessions.BeginAsync(row!.UserId, client, ct, row.BoundTo) : IdentityErrors.TokenRefused;
    }

    private static Result<EmailAddress> ReadEmail(ClaimsIdentity claims, IdentityProvider provider)
    {
        if (!EmailAddress.TryParse(claims.FindFirst("email")?.Value, out var email)
            || !string.Equals(claims.FindFirst("email_verified")?.Value, "true", StringComparison.OrdinalIgnoreCase))
            return IdentityErrors.OidcRefused("it vouches for no e-mail address.");
        return provider.AllowedDomains.Length == 0 || provider.AllowedDomains.Contains(email.Domain, StringComparer.OrdinalIgnoreCase)
            ? email
            : IdentityErrors.OidcRefused("the e-mail address is of a domain that may not come in.");
    }

    /// <summary>Finds or makes the person and the role, inside this organization only.</summary>
    private async Task<Result<Guid>> AdmitAsync(IdentityProvider provider, EmailAddress email, string? name, ClientFacts client, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = registry.ForSystem();
        await using var transaction = await db.BeginExclusiveAsync($"oidc {email.Value}", ct);
        var user = await db.Users.SingleOrDefaultAsync(row => row.Email == email.Value, ct);
        if (user?.DisabledAt is not null)
            return IdentityErrors.OidcRefused("the account is disabled.");
        var here = await db.Members
            .Where(row => row.OrganizationId == provider.OrganizationId && (row.Email == email.Value || (user != null && row.UserId == user.Id)))
            .ToListAsync(ct);
        if (user?.PasswordHash is not null && !here.Exists(row => row.UserId == user.Id))
            return IdentityErrors.OidcRefused("the account has a password of its own. Sign in with it and accept an invitation first.");
        if (here.Count == 0 && provider.DefaultRole is null)
            return IdentityErrors.OidcRefused("nobody invited this address.");
        if (user is null)
        {
            var made = await accounts.NewAsync(email, name, password: null, ct);
            if (!made.IsSuccess)
                return made.Error;
            user = made.Value;
            db.Users.Add(user);
        }

        if (here.Count == 0)
            db.Members.Add(new Member
            {
                OrganizationId = provider.OrganizationId, Email = email.Value, Role = provider.DefaultRole!.Value, UserId = user.Id,
                CreatedAt = now, AcceptedAt = now
            });
        foreach (var invited in here.Where(static row => row.AcceptedAt is null))
        {
            // The organization's own provider vouches for the address: that is better than a mailed link.
            (invited.UserId, invited.AcceptedAt, invited.InvitationHash, invited.InvitationExpiresAt) = (user.Id, now, null, null);
        }

        actor.Become(new Actor
        {
            Type = ActorType.User,
            Id = user.Id,
            Name = email.Value,
            Ip = client.Address,
            UserAgent = client.UserAgent,
        });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return user.Id;
    }

    private async Task<string> IssueTicketAsync(Guid userId, Guid organizationId, CancellationToken ct)
    {
        var ticket = OpaqueToken.New(OpaqueToken.Ticket);
        await using var db = registry.ForSystem();
        db.UserTokens.Add(new UserToken
        {
            UserId = userId, BoundTo = organizationId, Purpose = TicketPurpose, TokenHash = ticket.Hash,
            ExpiresAt = clock.GetUtcNow() + TicketLife
        });
        await db.SaveChangesAsync(ct);
        return ticket.Text;
    }
}
