using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Identity;

/// <summary>
/// Hashes passwords with PBKDF2-HMAC-SHA512 and writes them as PHC text: <c>$pbkdf2-sha512$i=220000$salt$hash</c> (base64 without padding, 16 and 32 bytes).
/// As many hashes run at a time as there are processors: a flood of sign-ins waits in line instead of starving images of CPU.
/// </summary>
public sealed class PasswordHasher(IOptions<IdentityOptions> options) : IDisposable
{
    private const string Scheme = "pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);

    /// <summary>Hashes a password with a fresh salt.</summary>
    public async Task<string> HashAsync(string password, CancellationToken ct)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var iterations = options.Value.PasswordIterations;
        var hash = await DeriveAsync(password, salt, iterations, ct);
        return string.Create(CultureInfo.InvariantCulture, $"${Scheme}$i={iterations}${Encode(salt)}${Encode(hash)}");
    }

    /// <summary>
    /// Compares a password with a stored hash. Without a stored hash (no such account, or one without a password) the same work is done and the answer is
    /// <see cref="PasswordMatch.Wrong"/>, so that time tells nothing.
    /// </summary>
    public async Task<PasswordMatch> VerifyAsync(string? stored, string password, CancellationToken ct)
    {
        var known = TryRead(stored, out var iterations, out var salt, out var expected);
        if (!known)
            (iterations, salt, expected) = (options.Value.PasswordIterations, new byte[SaltBytes], new byte[HashBytes]);
        var actual = await DeriveAsync(password, salt, iterations, ct);
        var equal = CryptographicOperations.FixedTimeEquals(actual, expected);
        if (!known || !equal)
            return PasswordMatch.Wrong;
        return iterations < options.Value.PasswordIterations ? PasswordMatch.RightButOutdated : PasswordMatch.Right;
    }

    public void Dispose() => _turns.Dispose();

    private async Task<byte[]> DeriveAsync(string password, byte[] salt, int iterations, CancellationToken ct)
    {
        await _turns.WaitAsync(ct);
        try
        {
            // Off the request's thread: this is a tenth of a second of pure computing.
            return await Task.Run(
                () => Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(password.Normalize()), salt, iterations, HashAlgorithmName.SHA512, HashBytes), ct);
        }
        finally
        {
            _turns.Release();
        }
    }

    private static bool TryRead(string? stored, out int iterations, out byte[] salt, out byte[] hash)
    {
        (iterations, salt, hash) = (0, [], []);
        if (stored?.Split('$') is not ["", Scheme, ['i', '=', .. var cost], var saltText, var hashText])
            return false;
        if (!int.TryParse(cost, NumberStyles.None, CultureInfo.InvariantCulture, out iterations))
            return false;
        (salt, hash) = (Decode(saltText), Decode(hashText));
        return salt.Length == SaltBytes && hash.Length == HashBytes;
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[] Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var written) ? bytes[..written] : [];
    }
}

/// <summary>Outcome of comparing a password.</summary>
public enum PasswordMatch
{
    Wrong,
    Right,

    /// <summary>Right, but hashed at a lower cost than today's: hash it again.</summary>
    RightButOutdated,
}
