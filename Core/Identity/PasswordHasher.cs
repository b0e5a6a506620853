using ImageService.Core.Registry;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Identity;

/// <summary>
/// Hashes passwords by the framework's own hasher: PBKDF2-HMAC-SHA512 with a salt of 16 bytes, in the format of ASP.NET Core Identity version 3, which
/// names its cost.
/// As many hashes run at a time as there are processors: a flood of sign-ins waits in line instead of starving images of CPU.
/// </summary>
public sealed class PasswordHasher : IDisposable
{
    private static readonly User Nobody = new() { Email = "", Name = "" };

    private readonly PasswordHasher<User> _hasher;
    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);
    private readonly Lazy<string> _hashOfNobody;

    public PasswordHasher(IOptions<IdentityOptions> options)
    {
        _hasher = new PasswordHasher<User>(Options.Create(new PasswordHasherOptions { IterationCount = options.Value.PasswordIterations }));
        _hashOfNobody = new Lazy<string>(() => _hasher.HashPassword(Nobody, Guid.CreateVersion7().ToString()));
    }

    /// <summary>Hashes a password with a fresh salt.</summary>
    public Task<string> HashAsync(string password, CancellationToken ct) => InTurnAsync(() => _hasher.HashPassword(Nobody, password.Normalize()), ct);

    /// <summary>
    /// Compares a password with a stored hash. Without a stored hash (no such account, or one without a password) the same work is done and the answer is
    /// <see cref="PasswordMatch.Wrong"/>, so that time tells nothing.
    /// </summary>
    public Task<PasswordMatch> VerifyAsync(string? stored, string password, CancellationToken ct) => InTurnAsync(
        () =>
        {
            if (!IsHash(stored))
            {
                _hasher.VerifyHashedPassword(Nobody, _hashOfNobody.Value, password.Normalize());
                return PasswordMatch.Wrong;
            }

            return _hasher.VerifyHashedPassword(Nobody, stored!, password.Normalize()) switch
            {
                PasswordVerificationResult.Success => PasswordMatch.Right,
                PasswordVerificationResult.SuccessRehashNeeded => PasswordMatch.RightButOutdated,
                _ => PasswordMatch.Wrong,
            };
        },
        ct);

    public void Dispose() => _turns.Dispose();

    /// <summary>What else may stand there would make the framework throw.</summary>
    private static bool IsHash(string? stored) =>
        stored is { Length: > 0 } && Convert.TryFromBase64String(stored, new byte[stored.Length], out var bytes) && bytes > 0;

    private async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken ct)
    {
        await _turns.WaitAsync(ct);
        try
        {
#pragma warning disable RS0030 // Off the request's thread: this is a tenth of a second of pure computing, and as many run as there are cores.
            return await Task.Run(work, ct);
#pragma warning restore RS0030
        }
        finally
        {
            _turns.Release();
        }
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
