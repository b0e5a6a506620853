using System.Security.Cryptography;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using Microsoft.EntityFrameworkCore;
using OtpNet;

namespace ImageService.Core.Identity;

/// <summary>
/// Time-based codes (RFC 6238: SHA-1, 6 digits, 30 s, one step of drift) with single-use recovery codes. A step works once; both are spent by one conditional
/// UPDATE, so that two parallel sign-ins cannot both use a code.
/// </summary>
public sealed class SecondFactor(RegistryFactory registry, SecretProtector protector, TimeProvider clock)
{
    private const int SecretBytes = 20;

    private static readonly VerificationWindow Drift = new(previous: 1, future: 1);

    /// <summary>A new secret for an authenticator app. It counts once it is confirmed with a code.</summary>
    public static TotpEnrolment Begin(string email)
    {
        var secret = Base32Encoding.ToString(RandomNumberGenerator.GetBytes(SecretBytes)).TrimEnd('=');
        var uri = $"otpauth://totp/ImageService:{Uri.EscapeDataString(email)}?secret={secret}&issuer=ImageService&algorithm=SHA1&digits=6&period=30";
        return new TotpEnrolment(secret, uri);
    }

    /// <summary>
    /// Turns the second factor on when the code fits the secret; returns the recovery codes, shown once. One that is on stays: taking it off needs the
    /// password,
    /// so that a stolen session cannot put its own in the place of the person's.
    /// </summary>
    public async Task<Result<string[]>> ConfirmAsync(Guid userId, string? secret, string? code, CancellationToken ct)
    {
        if (TryDecode(secret) is not { } bytes || !TryMatch(bytes, code, out var step))
            return IdentityErrors.WrongCode;
        var (codes, hashes) = RecoveryCodes.New();
        var sealedSecret = protector.Protect(bytes);
        await using var db = registry.ForSystem();
        var isOn = await db.Users.Where(user => user.Id == userId && user.ProtectedTotpSecret == null).ExecuteUpdateAsync(
            set => set.SetProperty(user => user.ProtectedTotpSecret, sealedSecret).SetProperty(user => user.LastTotpStep, step)
                .SetProperty(user => user.RecoveryCodeHashes, hashes),
            ct) == 1;
        return isOn ? codes : IdentityErrors.SecondFactorIsSet;
    }

    /// <summary>Turns the second factor off.</summary>
    public async Task RemoveAsync(Guid userId, CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        await db.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(
            set => set.SetProperty(user => user.ProtectedTotpSecret, (byte[]?)null).SetProperty(user => user.RecoveryCodeHashes, Array.Empty<string>()), ct);
    }

    /// <summary>Spends a TOTP or recovery code of the person; false when it is wrong or spent.</summary>
    public async Task<bool> AcceptAsync(User user, string code, CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        if (code.Trim() is { Length: 6 } digits)
        {
            return TryMatch(protector.Unprotect(user.ProtectedTotpSecret!), digits, out var step)
                && await db.Users.Where(row => row.Id == user.Id && row.LastTotpStep < step)
                    .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastTotpStep, step), ct) == 1;
        }

        var hash = RecoveryCodes.Hash(code);
        return await db.Database.ExecuteSqlAsync(
            $"UPDATE users SET recovery_code_hashes = array_remove(recovery_code_hashes, {hash}) WHERE id = {user.Id} AND {hash} = ANY (recovery_code_hashes)",
            ct) == 1;
    }

    private bool TryMatch(byte[] secret, string? code, out long step)
    {
        step = 0;
        return code?.Trim() is { Length: 6 } digits && new Totp(secret).VerifyTotp(clock.GetUtcNow().UtcDateTime, digits, out step, Drift);
    }

    private static byte[]? TryDecode(string? secret)
    {
        if (secret is not { Length: 32 } || secret.Any(static letter => letter is not ((>= 'A' and <= 'Z') or (>= '2' and <= '7'))))
            return null;
        return Base32Encoding.ToBytes(secret);
    }
}

/// <summary>A secret to be put into an authenticator app.</summary>
/// <param name="Secret">Base32, 32 characters.</param>
/// <param name="Uri"><c>otpauth://</c>, for a QR code.</param>
public sealed record TotpEnrolment(string Secret, string Uri)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => nameof(TotpEnrolment);
}
