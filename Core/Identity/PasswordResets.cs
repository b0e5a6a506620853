using ImageService.Core.Errors;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Identity;

/// <summary>Password reset by a mailed, single-use link. Asking tells nobody whether an account exists: the answer and its time are the same.</summary>
public sealed class PasswordResets(RegistryFactory registry, Accounts accounts, Mailer mailer, IOptions<IdentityOptions> options, TimeProvider clock)
{
    internal const string Purpose = "password_reset";

    /// <summary>Mails a link to the address if it has an account.</summary>
    /// <param name="email">As typed.</param>
    /// <param name="linkBase">The portal's page that takes <c>?token=</c>.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns><see cref="IdentityErrors.MailNotConfigured"/>, or null.</returns>
    public async Task<Error?> RequestAsync(string? email, Uri linkBase, CancellationToken ct)
    {
        if (!mailer.IsConfigured)
            return IdentityErrors.MailNotConfigured;
        if (!EmailAddress.TryParse(email, out var address))
            return IdentityErrors.InvalidEmail;
        var token = OpaqueToken.New(OpaqueToken.PasswordReset);
        var now = clock.GetUtcNow();
        await using var db = registry.ForSystem();
        var userId = await db.Users.Where(user => user.Email == address.Value && user.DisabledAt == null)
            .Select(user => (Guid?)user.Id).SingleOrDefaultAsync(ct);
        if (userId is null)
            return null;
        db.UserTokens.Add(new UserToken
        {
            UserId = userId.Value, Purpose = Purpose, TokenHash = token.Hash,
            ExpiresAt = now + options.Value.PasswordResetLifetime
        });
        await db.SaveChangesAsync(ct);
        mailer.TrySend(new Mail(address, "Set a new password", $"""
            Somebody asked for a new password for this address. If it was you, open

            {linkBase}?token={token.Text}

            within {options.Value.PasswordResetLifetime.TotalMinutes:0} minutes. Otherwise do nothing.
            """));
        return null;
    }

    /// <summary>Spends a reset token and sets the password; every session of the person ends.</summary>
    public async Task<Result<Guid>> CompleteAsync(string? token, string? password, CancellationToken ct)
    {
        if (OpaqueToken.Read(token, OpaqueToken.PasswordReset) is not { } hash)
            return IdentityErrors.TokenRefused;
        var now = clock.GetUtcNow();
        await using var db = registry.ForSystem();
        var found = await (
            from row in db.UserTokens
            join user in db.Users on row.UserId equals user.Id
            where row.TokenHash == hash && row.Purpose == Purpose && row.UsedAt == null && row.ExpiresAt > now
            select new { row.Id, row.UserId, user.Email }).SingleOrDefaultAsync(ct);
        if (found is null)
            return IdentityErrors.TokenRefused;
        if (!EmailAddress.TryParse(found.Email, out var email) || !PasswordRules.Accept(password, email))
            return IdentityErrors.InvalidPassword;

        // One conditional UPDATE spends the token: of two parallel requests one wins.
        var spent = await db.UserTokens.Where(row => row.Id == found.Id && row.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.UsedAt, now), ct);
        if (spent != 1)
            return IdentityErrors.TokenRefused;
        return await accounts.SetPasswordAsync(found.UserId, password, keepSession: null, ct) is { } error ? error : found.UserId;
    }
}
