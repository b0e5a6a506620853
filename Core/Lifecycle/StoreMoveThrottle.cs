namespace ImageService.Core.Lifecycle;

/// <summary>Holds a move to so many bytes per second over all of its copies. Safe for concurrent use.</summary>
internal sealed class StoreMoveThrottle(long bytesPerSecond, TimeProvider time)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _free = time.GetUtcNow();

    /// <summary>Takes bytes that were copied and waits until the next copy may begin.</summary>
    public Task WaitAsync(long bytes, CancellationToken ct)
    {
        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _free = (_free > now ? _free : now) + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            wait = _free - now;
        }

        // Small debts are paid together: a timer takes a millisecond at least.
        return wait > TimeSpan.FromMilliseconds(20) ? Task.Delay(wait, time, ct) : Task.CompletedTask;
    }
}
