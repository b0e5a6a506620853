using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Identity;

/// <summary>
/// Sign-in with a password, changing it, and making accounts. An unknown address, a locked account and a wrong password take the same path through one hash
/// and end in the same error.
/// </summary>
public sealed class Accounts(
    RegistryFactory registry, PasswordHasher hasher, SecondFactor secondFactor, SessionBook sessions, IOptions<IdentityOptions> options, TimeProvider clock,
    ILogger<Accounts> logger)
{
    private static readonly TimeSpan FirstLock = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestLock = TimeSpan.FromMinutes(15);

    /// <summary>Begins a session, or refuses with <see cref="IdentityErrors.SignInRefused"/> or <see cref="IdentityErrors.SecondFactorNeeded"/>.</summary>
    /// <param name="email">As typed.</param>
    /// <param name="password">As typed.</param>
    /// <param name="code">TOTP or recovery code; needed where a second factor is set.</param>
    /// <param name="client">Where the request comes from.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<SignInOutcome> SignInAsync(string? email, string? password, string? code, ClientFacts client, CancellationToken ct)
    {
        var user = EmailAddress.TryParse(email, out var address) ? await FindAsync(address, ct) : null;
        var now = clock.GetUtcNow();
        var match = await hasher.VerifyAsync(user?.PasswordHash, password is { Length: <= PasswordRules.MaxLength } ? password : "", ct);
        if (user is null)
            return new SignInOutcome(IdentityErrors.SignInRefused, null);
        if (user.DisabledAt is not null || user.LockedUntil > now)
            return new SignInOutcome(IdentityErrors.SignInRefused, user.Id);
        if (match is PasswordMatch.Wrong)
            return await RefuseAsync(user, ct);
        if (user.ProtectedTotpSecret is not null)
        {
            if (string.IsNullOrWhiteSpace(code))
                return new SignInOutcome(IdentityErrors.SecondFactorNeeded, user.Id);
            if (!await secondFactor.AcceptAsync(user, code, ct))
                return await RefuseAsync(user, ct);
        }

        var renewed = match is PasswordMatch.RightButOutdated ? await hasher.HashAsync(password!, ct) : user.PasswordHash;
        await using var db = registry.ForSystem();
        await db.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.FailedSignIns, 0)
                .SetProperty(row => row.LockedUntil, (DateTimeOffset?)null).SetProperty(row => row.PasswordHash, renewed), ct);
        Log.SignedIn(logger, user.Id);
        return new SignInOutcome(await sessions.BeginAsync(user.Id, client, ct), user.Id);
    }

    /// <summary>Changes the password of a signed-in person and ends every other session.</summary>
    public async Task<Error?> ChangePasswordAsync(SignedInUser person, string? present, string? next, CancellationToken ct)
    {
        if (!await ConfirmAsync(person.UserId, present, ct))
            return IdentityErrors.WrongPassword;
        return await SetPasswordAsync(person.UserId, next, keepSession: person.SessionId, ct);
    }

    /// <summary>Whether the text is the person's present password. Wrong answers count towards the lock-out.</summary>
    public async Task<bool> ConfirmAsync(Guid userId, string? password, CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        var user = await db.Users.AsNoTracking().SingleAsync(row => row.Id == userId, ct);
        var match = await hasher.VerifyAsync(user.PasswordHash, password ?? "", ct);
        if (user.LockedUntil > clock.GetUtcNow())
            return false;
        if (match is not PasswordMatch.Wrong)
            return true;
        await RefuseAsync(user, ct);
        return false;
    }

    /// <summary>Sets a password and ends the person's other sessions, and reset links that were sent for the one before.</summary>
    public async Task<Error?> SetPasswordAsync(Guid userId, string? password, Guid? keepSession, CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        var email = await db.Users.Where(row => row.Id == userId).Select(row => row.Email).SingleAsync(ct);
        if (!EmailAddress.TryParse(email, out var address) || !PasswordRules.Accept(password, address))
            return IdentityErrors.InvalidPassword;
        var hash = await hasher.HashAsync(password!, ct);
        var now = clock.GetUtcNow();
        await db.Users.Where(row => row.Id == userId).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.PasswordHash, hash).SetProperty(row => row.FailedSignIns, 0)
                .SetProperty(row => row.LockedUntil, (DateTimeOffset?)null).SetProperty(row => row.UpdatedAt, now),
            ct);
        await db.UserTokens.Where(row => row.UserId == userId && row.Purpose == PasswordResets.Purpose && row.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.UsedAt, now), ct);
        await sessions.EndOthersAsync(userId, keepSession, ct);
        return null;
    }

    /// <summary>Makes an account, with a password or (OIDC) without one. The caller saves; the address must be free.</summary>
    public async Task<Result<User>> NewAsync(EmailAddress email, string? name, string? password, CancellationToken ct)
    {
        if (password is not null && !PasswordRules.Accept(password, email))
            return IdentityErrors.InvalidPassword;
        var now = clock.GetUtcNow();
        var shown = string.IsNullOrWhiteSpace(name) ? email.Value[..email.Value.IndexOf('@', StringComparison.Ordinal)] : name.Trim();
        return new User
        {
            Email = email.Value,
            Name = shown.Length <= 200 ? shown : shown[..200],
            PasswordHash = password is null ? null : await hasher.HashAsync(password, ct),
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private async Task<User?> FindAsync(EmailAddress email, CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        return await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Email == email.Value, ct);
    }

    /// <summary>Counts the wrong attempt in one statement, so that parallel guesses all count, and locks for a time that doubles with each.</summary>
    private async Task<SignInOutcome> RefuseAsync(User user, CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        await db.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.FailedSignIns, row => row.FailedSignIns + 1), ct);
        var failures = await db.Users.Where(row => row.Id == user.Id).Select(row => row.FailedSignIns).SingleAsync(ct);
        var beyond = failures - options.Value.FailuresBeforeLock;
        if (beyond >= 0)
        {
            var until = clock.GetUtcNow() + LockFor(beyond);
            await db.Users.Where(row => row.Id == user.Id).ExecuteUpdateAsync(set => set.SetProperty(row => row.LockedUntil, until), ct);
        }

        Log.SignInRefused(logger, user.Id, failures);
        return new SignInOutcome(IdentityErrors.SignInRefused, user.Id);
    }

    private static TimeSpan LockFor(int beyond) =>
        beyond >= 5 ? LongestLock : TimeSpan.FromTicks(FirstLock.Ticks << beyond);
}

/// <summary>How a sign-in ended, and whose account it was aimed at (null: nobody's), for the audit log.</summary>
public sealed record SignInOutcome(Result<IssuedSession> Session, Guid? UserId);
