using System.Linq.Expressions;
using System.Net;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Identity;

/// <summary>
/// People's sessions: begun at sign-in, looked up at every request without a cache (so revocation holds at once, on every replica), ended by the person.
/// Expiry slides with use up to a fixed end.
/// </summary>
public sealed class SessionBook(RegistryFactory registry, IOptions<IdentityOptions> options, TimeProvider clock)
{
    /// <summary>Use is noted at most this often, so that reading a page is not a write per request.</summary>
    private static readonly TimeSpan NoteEvery = TimeSpan.FromMinutes(1);

    /// <summary>Begins a session.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="client">Where from.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="boundTo">The only organization it reaches, where that organization's provider vouched for the person.</param>
    public async Task<IssuedSession> BeginAsync(Guid userId, ClientFacts client, CancellationToken ct, Guid? boundTo = null)
    {
        var now = clock.GetUtcNow();
        var token = OpaqueToken.New(OpaqueToken.Session);
        var session = new UserSession
        {
            UserId = userId,
            BoundTo = boundTo,
            TokenHash = token.Hash,
            Address = client.Address,
            UserAgent = client.UserAgent,
            CreatedAt = now,
            LastSeenAt = now,
            ExpiresAt = now + options.Value.SessionLifetime,
        };
        await using var db = registry.ForSystem();
        db.UserSessions.Add(session);
        await db.SaveChangesAsync(ct);
        return new IssuedSession(session.Id, userId, token.Text, EndOf(session));
    }

    /// <summary>Who presents the token and everything the person is a member of; null for an unknown, ended or expired one.</summary>
    public async Task<SignedInUser?> FindAsync(string presented, CancellationToken ct) =>
        OpaqueToken.Read(presented, OpaqueToken.Session) is { } hash ? await FindAsync(session => session.TokenHash == hash, ct) : null;

    /// <summary>The same for what was lent in a session's name; it counts as use of the session.</summary>
    public Task<SignedInUser?> FindByIdAsync(Guid sessionId, CancellationToken ct) => FindAsync(session => session.Id == sessionId, ct);

    private async Task<SignedInUser?> FindAsync(Expression<Func<UserSession, bool>> which, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var idleSince = now - options.Value.SessionIdle;
        await using var db = registry.ForSystem();
        var found = await (
            from session in db.UserSessions.AsNoTracking().Where(which)
            join user in db.Users.AsNoTracking() on session.UserId equals user.Id
            where session.RevokedAt == null && session.ExpiresAt > now && session.LastSeenAt > idleSince && user.DisabledAt == null
            select new
            {
                session.Id, session.LastSeenAt, session.BoundTo, UserId = user.Id, user.Email, user.Name,
                user.IsAdministrator
            }).SingleOrDefaultAsync(ct);
        if (found is null)
            return null;
        if (now - found.LastSeenAt > NoteEvery)
            await db.UserSessions.Where(session => session.Id == found.Id).ExecuteUpdateAsync(set => set.SetProperty(session => session.LastSeenAt, now), ct);
        return new SignedInUser
        {
            UserId = found.UserId,
            Email = found.Email,
            Name = found.Name,
            SessionId = found.Id,
            Memberships = await MembershipsAsync(db, found.UserId, found.BoundTo, ct),
            BoundTo = found.BoundTo,
            // An organization's provider vouches for nothing beyond it.
            IsAdministrator = found is { IsAdministrator: true, BoundTo: null },
        };
    }

    /// <summary>The person's sessions that could still be used, newest first.</summary>
    public async Task<IReadOnlyList<SessionFacts>> ListAsync(Guid userId, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var idleSince = now - options.Value.SessionIdle;
        await using var db = registry.ForSystem();
        var sessions = await db.UserSessions.AsNoTracking()
            .Where(session => session.UserId == userId && session.RevokedAt == null && session.ExpiresAt > now && session.LastSeenAt > idleSince)
            .OrderByDescending(session => session.Id)
            .ToListAsync(ct);
        return [.. sessions.Select(session => new SessionFacts
        {
            Id = session.Id,
            Address = session.Address?.ToString(),
            UserAgent = session.UserAgent,
            CreatedAt = session.CreatedAt,
            LastSeenAt = session.LastSeenAt,
            ExpiresAt = EndOf(session),
        })];
    }

    /// <summary>Ends one session of the person; false when there is none such.</summary>
    public async Task<bool> EndAsync(Guid userId, Guid sessionId, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = registry.ForSystem();
        return await db.UserSessions
            .Where(session => session.Id == sessionId && session.UserId == userId && session.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.RevokedAt, now), ct) == 1;
    }

    /// <summary>Ends every session of the person but one: after a password was changed or reset.</summary>
    public async Task EndOthersAsync(Guid userId, Guid? keep, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = registry.ForSystem();
        await db.UserSessions
            .Where(session => session.UserId == userId && session.Id != keep && session.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.RevokedAt, now), ct);
    }

    private static async Task<IReadOnlyList<Membership>> MembershipsAsync(RegistryDb db, Guid userId, Guid? boundTo, CancellationToken ct) => await (
        from member in db.Members.AsNoTracking()
        join organization in db.Organizations.AsNoTracking() on member.OrganizationId equals organization.Id
        where member.UserId == userId && member.AcceptedAt != null && organization.DeletedAt == null && (boundTo == null || organization.Id == boundTo)
        orderby organization.Slug, member.Id
        select new Membership
        {
            OrganizationId = organization.Id,
            OrganizationSlug = organization.Slug,
            OrganizationName = organization.Name,
            TenantId = member.TenantId,
            SpaceId = member.SpaceId,
            Role = member.Role,
        }).ToListAsync(ct);

    private DateTimeOffset EndOf(UserSession session)
    {
        var idle = session.LastSeenAt + options.Value.SessionIdle;
        return idle < session.ExpiresAt ? idle : session.ExpiresAt;
    }
}

/// <summary>Where a request of a person comes from.</summary>
public readonly record struct ClientFacts(IPAddress? Address, string? UserAgent);

/// <summary>A session just begun. <see cref="Token"/> is shown once.</summary>
public sealed record IssuedSession(Guid Id, Guid UserId, string Token, DateTimeOffset ExpiresAt)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => $"session {Id}";
}

/// <summary>A person who presented a good token.</summary>
public sealed record SignedInUser
{
    public required Guid UserId { get; init; }

    public required string Email { get; init; }

    public required string Name { get; init; }

    public required Guid SessionId { get; init; }

    public required IReadOnlyList<Membership> Memberships { get; init; }

    /// <summary>
    /// The organization whose provider vouched for the person. Such a session reaches that organization and nothing else, least of all the account itself:
    /// who runs one organization's provider could otherwise take over accounts that others trust.
    /// </summary>
    public Guid? BoundTo { get; init; }

    /// <summary>Whether the person runs the installation.</summary>
    public bool IsAdministrator { get; init; }
}

/// <summary>One role of a person somewhere.</summary>
public sealed record Membership
{
    public required Guid OrganizationId { get; init; }

    public required string OrganizationSlug { get; init; }

    public required string OrganizationName { get; init; }

    public required Guid? TenantId { get; init; }

    public required Guid? SpaceId { get; init; }

    public required Role Role { get; init; }
}

/// <summary>What a person sees of a session.</summary>
public sealed record SessionFacts
{
    public required Guid Id { get; init; }

    public required string? Address { get; init; }

    public required string? UserAgent { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastSeenAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }
}
