using System.Numerics;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImageService.Api.Http;

/// <summary>
/// The least rate at which a client has to read a body that the server has not counted (<see cref="LentBody"/>): its grace period is the time that the body
/// takes at the server's least rate, at most doubled. Kept by the power of two above the length, so that an answer makes none. Thread-safe.
/// </summary>
internal sealed class LentRates
{
    private readonly Made?[] _kept = new Made?[32];

    /// <param name="least">The server's own.</param>
    /// <param name="bytes">Length of the body, 1 or more.</param>
    public MinDataRate For(MinDataRate least, int bytes)
    {
        var power = 32 - BitOperations.LeadingZeroCount((uint)bytes - 1);
        if (_kept[power] is { } kept && ReferenceEquals(kept.Least, least))
            return kept.Rate;
        var needed = TimeSpan.FromSeconds(Math.ScaleB(1, power) / least.BytesPerSecond);
        var rate = new MinDataRate(least.BytesPerSecond, needed > least.GracePeriod ? needed : least.GracePeriod);
        _kept[power] = new Made(least, rate);
        return rate;
    }

    private sealed record Made(MinDataRate Least, MinDataRate Rate);
}
