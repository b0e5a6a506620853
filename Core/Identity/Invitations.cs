using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Identity;

/// <summary>
/// Invitations: a member row whose token is mailed, or, where no mail is configured, shown once to whoever invites. Accepting needs the token and, for an
/// address
/// that already has an account, being signed in to that account: an invitation never takes over one.
/// </summary>
public sealed class Invitations(RegistryFactory registry, Accounts accounts, Mailer mailer, CurrentActor actor, IOptions<IdentityOptions> options,
    TimeProvider clock)
{
    /// <summary>Puts a fresh invitation into a member row the caller is about to save.</summary>
    public OpaqueToken Issue(Member member)
    {
        var token = OpaqueToken.New(OpaqueToken.Invitation);
        member.InvitationHash = token.Hash;
        member.InvitationExpiresAt = clock.GetUtcNow() + options.Value.InvitationLifetime;
        return token;
    }

    /// <summary>Mails a saved invitation; false where mail is off, so that the inviter must hand the link over.</summary>
    public bool TryMail(Member member, string organizationName, OpaqueToken token, Uri linkBase) =>
        EmailAddress.TryParse(member.Email, out var address) && mailer.TrySend(new Mail(address, "You are invited", $"""
            You are invited to {organizationName} as {SnakeCase.Write(member.Role)}. Open

            {linkBase}?token={token.Text}

            until {member.InvitationExpiresAt:yyyy-MM-dd HH:mm} UTC.
            """));

    /// <summary>What a link invites to, for whoever holds it.</summary>
    public async Task<Result<OpenInvitation>> FindAsync(string? token, CancellationToken ct)
    {
        if (OpaqueToken.Read(token, OpaqueToken.Invitation) is not { } hash)
            return IdentityErrors.TokenRefused;
        var now = clock.GetUtcNow();
        await using var db = registry.ForSystem();
        var found = await db.Members.Where(row => row.InvitationHash == hash && row.AcceptedAt == null && row.InvitationExpiresAt > now)
            .Join(db.Organizations, member => member.OrganizationId, organization => organization.Id, (member, organization) => new OpenInvitation
            {
                Organization = organization.Name,
                Email = member.Email,
                Role = member.Role,
                ExpiresAt = member.InvitationExpiresAt!.Value,
                HasAccount = db.Users.Any(user => user.Email == member.Email),
            })
            .SingleOrDefaultAsync(ct);
        return found is null ? IdentityErrors.TokenRefused : found;
    }

    /// <summary>Accepts an invitation, making the account where the address has none.</summary>
    /// <param name="token">From the link.</param>
    /// <param name="name">Name of a new account; its address's local part where empty.</param>
    /// <param name="password">Password of a new account.</param>
    /// <param name="signedIn">The account that is signed in, if any.</param>
    /// <param name="client">Where the request comes from.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<Result<Member>> AcceptAsync(string? token, string? name, string? password, SignedInUser? signedIn, ClientFacts client,
        CancellationToken ct)
    {
        if (OpaqueToken.Read(token, OpaqueToken.Invitation) is not { } hash)
            return IdentityErrors.TokenRefused;
        var now = clock.GetUtcNow();
        await using var db = registry.ForSystem();
        var member = await db.Members.AsNoTracking()
            .SingleOrDefaultAsync(row => row.InvitationHash == hash && row.AcceptedAt == null && row.InvitationExpiresAt > now, ct);
        if (member is null || !EmailAddress.TryParse(member.Email, out var email))
            return IdentityErrors.TokenRefused;
        var userId = await db.Users.Where(user => user.Email == email.Value).Select(user => (Guid?)user.Id).SingleOrDefaultAsync(ct);
        if (userId is not null && signedIn?.UserId != userId)
            return HasAccount(email);
        if (userId is null)
        {
            if (string.IsNullOrEmpty(password))
                return IdentityErrors.InvalidPassword;
            var made = await accounts.NewAsync(email, name, password, ct);
            if (!made.IsSuccess)
                return made.Error;
            db.Users.Add(made.Value);
            userId = made.Value.Id;
        }

        // The row version makes the second of two parallel acceptances fail.
        db.Members.Attach(member);
        member.UserId = userId;
        member.InvitationHash = null;
        member.InvitationExpiresAt = null;
        member.AcceptedAt = now;
        actor.Become(new Actor
        {
            Type = ActorType.User,
            Id = userId,
            Name = email.Value,
            Ip = client.Address,
            UserAgent = client.UserAgent,
        });
        try
        {
            await db.SaveChangesAsync(ct);
            return member;
        }
        catch (DbUpdateException taken) when (RegistryFailure.IsDuplicate(taken))
        {
            // Another invitation of the same address was accepted at this moment, and made the account.
            return HasAccount(email);
        }
    }

    private static Error HasAccount(EmailAddress email) =>
        new(ErrorCode.Unauthenticated, $"{email} has an account: sign in to it and accept the invitation again.");
}

/// <summary>An invitation that nobody has accepted yet.</summary>
public sealed record OpenInvitation
{
    /// <summary>Name.</summary>
    public required string Organization { get; init; }

    /// <summary>Whom it is for.</summary>
    public required string Email { get; init; }

    /// <summary>What it gives.</summary>
    public required Role Role { get; init; }

    /// <summary>Until when it can be accepted.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>Whether the address has an account, which must be signed in to accept.</summary>
    public required bool HasAccount { get; init; }
}
