namespace ImageService.Core.Messaging;

/// <summary>
/// How long the oldest message waits, where a broker does not tell. Two things are known, and the smaller is the answer: what waits came after the message that
/// was delivered last, and nothing waits longer than the queue has held anything. Safe for concurrent use.
/// </summary>
internal sealed class BacklogClock(TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset? _lastDelivered;
    private DateTimeOffset? _waitingSince;

    /// <summary>A message was delivered for the first time.</summary>
    /// <param name="enqueuedAt">When it was published.</param>
    public void Delivered(DateTimeOffset enqueuedAt)
    {
        lock (_lock)
        {
            if (_lastDelivered is not { } last || enqueuedAt > last)
                _lastDelivered = enqueuedAt;
        }
    }

    /// <summary>The age, given how many wait now.</summary>
    public TimeSpan Measure(long ready)
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _waitingSince = ready == 0 ? null : _waitingSince ?? now;
            if (_waitingSince is not { } since)
                return TimeSpan.Zero;
            var oldest = _lastDelivered is { } last && last > since ? last : since;
            return now > oldest ? now - oldest : TimeSpan.Zero;
        }
    }
}
