using System.Numerics;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ImageService.Api.Http;

/// <summary>
/// The least rate at which a client has to read a body that the server has not counted (<see cref="LentBody"/>): its grace period is the time that the body
/// takes at the server's least rate, at most doubled. Kept by the power of two above the length, so that an answer makes none.
/// </summary>
internal static class LentRate
{
    private static readonly Made?[] Kept = new Made?[32];

    /// <param name="least">The server's own.</param>
    /// <param name="bytes">Length of the body, 1 or more.</param>
    public static MinDataRate For(MinDataRate least, int bytes)
    {
        var power = 32 - BitOperations.LeadingZeroCount((uint)bytes - 1);
        if (Kept[power] is { } kept && ReferenceEquals(kept.Least, least))
            return kept.Rate;
        var needed = TimeSpan.FromSeconds(Math.ScaleB(1, power) / least.BytesPerSecond);
        var rate = new MinDataRate(least.BytesPerSecond, needed > least.GracePeriod ? needed : least.GracePeriod);
        Kept[power] = new Made(least, rate);
        return rate;
    }

    private sealed record Made(MinDataRate Least, MinDataRate Rate);
}
