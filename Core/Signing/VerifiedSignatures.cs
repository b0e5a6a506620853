using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ImageService.Core.Signing;

/// <summary>
/// Remembers targets whose signature was verified, until it ends, so that a gallery pays one HMAC per URL and not one per request. Only what held is
/// remembered, and whoever asks presents the whole target
/// with its signature again. Bounded; thread-safe.
/// </summary>
internal sealed class VerifiedSignatures
{
    private const int MostRemembered = 20_000;
    private const int LongestRemembered = 1000;

    private readonly ConcurrentDictionary<string, VerifiedSignature> _known = new(new Targets());

    /// <summary>What was verified of the very target.</summary>
    public bool TryFind(string target, [NotNullWhen(true)] out VerifiedSignature? signature) => _known.TryGetValue(target, out signature);

    public void Remember(string target, VerifiedSignature signature, DateTimeOffset now)
    {
        if (target.Length > LongestRemembered)
            return;
        if (_known.Count >= MostRemembered)
            MakeRoom(now.ToUnixTimeSeconds());
        _known[target] = signature;
    }

    /// <summary>What has ended goes; where all still hold, everything does: verifying again costs time, keeping all would cost memory.</summary>
    private void MakeRoom(long now)
    {
        foreach (var (target, signature) in _known)
        {
            if (signature.ExpiresUnixSeconds <= now)
                _known.TryRemove(target, out _);
        }

        if (_known.Count >= MostRemembered / 10 * 9)
            _known.Clear();
    }

    /// <summary>Targets hold secrets: compared in constant time, and hashed with a key of this process.</summary>
    private sealed class Targets : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) =>
            x is not null && y is not null && CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(x.AsSpan()), MemoryMarshal.AsBytes(y.AsSpan()));

        public int GetHashCode(string obj) => obj.GetHashCode(StringComparison.Ordinal);
    }
}

/// <summary>A signature that was verified.</summary>
public sealed record VerifiedSignature
{
    /// <summary>Whose key it was.</summary>
    public required Guid TenantId { get; init; }

    /// <summary>Which of its keys.</summary>
    public required Guid KeyId { get; init; }

    /// <summary>The host it was made for.</summary>
    public required string Hostname { get; init; }

    /// <summary>When it ends, Unix time, seconds.</summary>
    public required long ExpiresUnixSeconds { get; init; }

    /// <summary>Whether it opens every size of the picture.</summary>
    public required bool IsForAsset { get; init; }
}
