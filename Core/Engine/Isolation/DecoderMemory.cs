namespace ImageService.Core.Engine.Isolation;

/// <summary>
/// The memory that decoders share: each says what its original will take once it has read the header, and decodes when that much is free. Served in the order
/// asked; one that would take more than there is takes all of it. Thread-safe.
/// </summary>
internal sealed class DecoderMemory : IDisposable
{
    private const long UnitBytes = 1 << 20;

    private readonly int _units;
    private readonly SemaphoreSlim _free;
    private readonly SemaphoreSlim _door = new(1, 1);

    public DecoderMemory(long totalBytes)
    {
        _units = (int)Math.Max(1, totalBytes / UnitBytes);
        _free = new SemaphoreSlim(_units, _units);
    }

    /// <summary>Waits for a share.</summary>
    /// <param name="bytes">How much.</param>
    /// <param name="patience">Longest wait.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>Given back by disposal; null where the wait was too long.</returns>
    public async Task<IDisposable?> TakeAsync(long bytes, TimeSpan patience, CancellationToken ct)
    {
        var wanted = (int)Math.Clamp((bytes + UnitBytes - 1) / UnitBytes, 1, _units);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        var taken = 0;
        try
        {
            // One at a time through the door, so that two cannot each hold half of what both need.
            await _door.WaitAsync(limit.Token);
            try
            {
                for (; taken < wanted; taken++)
                    await _free.WaitAsync(limit.Token);
            }
            finally
            {
                _door.Release();
            }

            return new Share(_free, wanted);
        }
        catch (OperationCanceledException)
        {
            if (taken > 0)
                _free.Release(taken);
            ct.ThrowIfCancellationRequested();
            return null;
        }
    }

    public void Dispose()
    {
        _free.Dispose();
        _door.Dispose();
    }

    private sealed class Share(SemaphoreSlim free, int units) : IDisposable
    {
        public void Dispose() => free.Release(units);
    }
}
