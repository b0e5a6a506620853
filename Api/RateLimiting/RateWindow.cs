namespace ImageService.Api.RateLimiting;

/// <summary>
/// A sliding window of twenty slots in this process, for the time Redis is gone. The same arithmetic as the script in Redis: a slot counts until it has left
/// the window wholly, so no window of the full length ever holds more than the limit. Not thread-safe.
/// </summary>
internal sealed class RateWindow
{
    /// <summary>Slots per window.</summary>
    public const int Slots = 20;

    private readonly long[] _counts = new long[Slots + 1];
    private readonly long[] _slots = new long[Slots + 1];

    /// <summary>Takes up to a number of requests.</summary>
    /// <param name="nowMs">Any steady clock, ms.</param>
    /// <param name="windowMs">Length of the window, ms.</param>
    /// <param name="limit">Requests per window.</param>
    /// <param name="wanted">How many.</param>
    public Grant Take(long nowMs, long windowMs, long limit, long wanted)
    {
        var width = Math.Max(1, windowMs / Slots);
        var slot = nowMs / width;
        long used = 0;
        var oldest = slot;
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] == 0 || _slots[i] < slot - Slots)
                continue;
            used += _counts[i];
            oldest = Math.Min(oldest, _slots[i]);
        }

        var granted = Math.Clamp(limit - used, 0, wanted);
        if (granted > 0)
        {
            var index = (int)(slot % _counts.Length);
            if (_slots[index] != slot)
                (_slots[index], _counts[index]) = (slot, 0);
            _counts[index] += granted;
        }

        return new Grant(granted, limit - used - granted, TimeSpan.FromMilliseconds(((oldest + Slots + 1) * width) - nowMs));
    }

    /// <summary>Gives one request back: the youngest that still counts.</summary>
    /// <param name="nowMs">The same clock, ms.</param>
    /// <param name="windowMs">Length of the window, ms.</param>
    public void GiveBack(long nowMs, long windowMs)
    {
        var slot = nowMs / Math.Max(1, windowMs / Slots);
        for (var back = 0; back <= Slots; back++)
        {
            var index = (int)((slot - back) % _counts.Length);
            if (index < 0 || _slots[index] != slot - back || _counts[index] == 0)
                continue;
            _counts[index]--;
            return;
        }
    }
}

/// <summary>What a window gave.</summary>
/// <param name="Granted">Requests that may go on.</param>
/// <param name="Remaining">Left in the window after them.</param>
/// <param name="ResetAfter">When the oldest counted requests leave it.</param>
internal readonly record struct Grant(long Granted, long Remaining, TimeSpan ResetAfter);
