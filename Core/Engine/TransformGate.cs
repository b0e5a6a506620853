using ImageService.Core.Errors;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Engine;

/// <summary>
/// Decides which transforms run: at most as many as cores, together within the memory budget, the rest in a bounded line that is served
/// round robin between organizations. Beyond the line the answer is at once <see cref="ErrorCode.Overloaded"/> with a time to come back. Thread-safe.
/// </summary>
/// <remarks>
/// When the line is full and the newcomer's organization waits less than another, the other's youngest waiter is sent away instead:
/// one organization's burst costs that organization.
/// </remarks>
public sealed class TransformGate(IOptions<EngineOptions> options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly int _maxRunning = options.Value.MaxRunning > 0 ? options.Value.MaxRunning : Environment.ProcessorCount;
    private readonly int _maxWaiting = options.Value.MaxWaiting;
    private readonly long _budget = options.Value.MemoryBudgetBytes;
    private readonly TimeSpan _maxWait = options.Value.MaxWait;
    private readonly Dictionary<Guid, LinkedList<Waiter>> _lines = [];
    private readonly LinkedList<Guid> _turns = [];
    private int _running;
    private int _waiting;
    private long _bytes;
    private double _secondsPerTransform = 0.2;

    /// <summary>Transforms running now.</summary>
    public int Running { get { lock (_lock) return _running; } }

    /// <summary>Transforms waiting now.</summary>
    public int Waiting { get { lock (_lock) return _waiting; } }

    /// <summary>Waits for a turn. The caller disposes the lease when its transform has ended.</summary>
    /// <param name="organizationId">Whose turn it counts as.</param>
    /// <param name="estimatedBytes">Pixels it will hold, from <c>MemoryEstimate</c>.</param>
    /// <param name="ct">Leaves the line.</param>
    /// <returns><see cref="ErrorCode.Overloaded"/> where the line is full or the wait was too long.</returns>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async Task<Result<GateLease>> EnterAsync(Guid organizationId, long estimatedBytes, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            if (_waiting == 0 && Fits(estimatedBytes))
                return Start(estimatedBytes);
            if (_waiting >= _maxWaiting && !MakeRoomFor(organizationId))
                return EngineErrors.Full(RetryAfter());
            waiter = new Waiter(organizationId, estimatedBytes);
            Join(waiter);
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var limit = time.CreateTimer(static state => CancelQuietly((CancellationTokenSource)state!), patience, _maxWait, Timeout.InfiniteTimeSpan);
        await using var registration = patience.Token.Register(() => Leave(waiter));
        var lease = await waiter.Turn.Task;
        if (lease is not null)
            return lease;
        ct.ThrowIfCancellationRequested();
        lock (_lock)
            return EngineErrors.Full(RetryAfter());
    }

    internal void Exit(GateLease lease)
    {
        lock (_lock)
        {
            _running--;
            _bytes -= lease.EstimatedBytes;
            var seconds = time.GetElapsedTime(lease.StartedAt).TotalSeconds;
            _secondsPerTransform += 0.1 * (seconds - _secondsPerTransform);
            Dispatch();
        }
    }

    // The timer may fire while the wait is ending.
    private static void CancelQuietly(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            return;
        }
    }

    // The next in turn is never overtaken by a smaller one, or large images would wait for ever.
    private void Dispatch()
    {
        while (_turns.First is { } turn && _lines[turn.Value].First!.Value is var next && Fits(next.EstimatedBytes))
        {
            Remove(next);
            if (_lines.ContainsKey(next.OrganizationId))
            {
                _turns.Remove(next.OrganizationId);
                _turns.AddLast(next.OrganizationId);
            }

            next.Turn.TrySetResult(Start(next.EstimatedBytes));
        }
    }

    private bool Fits(long bytes) => _running < _maxRunning && (_running == 0 || _bytes + bytes <= _budget);

    private GateLease Start(long bytes)
    {
        _running++;
        _bytes += bytes;
        return new GateLease(this, bytes, time.GetTimestamp());
    }

    private void Join(Waiter waiter)
    {
        if (!_lines.TryGetValue(waiter.OrganizationId, out var line))
        {
            _lines[waiter.OrganizationId] = line = [];
            _turns.AddLast(waiter.OrganizationId);
        }

        waiter.Place = line.AddLast(waiter);
        _waiting++;
    }

    private void Remove(Waiter waiter)
    {
        var line = _lines[waiter.OrganizationId];
        line.Remove(waiter.Place!);
        waiter.Place = null;
        _waiting--;
        if (line.Count > 0)
            return;
        _lines.Remove(waiter.OrganizationId);
        _turns.Remove(waiter.OrganizationId);
    }

    private void Leave(Waiter waiter)
    {
        lock (_lock)
        {
            if (waiter.Place is null)
                return;
            Remove(waiter);
            Dispatch();
        }

        waiter.Turn.TrySetResult(null);
    }

    private bool MakeRoomFor(Guid organizationId)
    {
        var longest = _lines.MaxBy(line => line.Value.Count);
        var own = _lines.TryGetValue(organizationId, out var line) ? line.Count : 0;
        if (longest.Value is null || longest.Value.Count <= own + 1)
            return false;
        var youngest = longest.Value.Last!.Value;
        Remove(youngest);
        youngest.Turn.TrySetResult(null);
        return true;
    }

    private TimeSpan RetryAfter() => TimeSpan.FromSeconds(Math.Clamp(_secondsPerTransform * (_waiting + _running) / _maxRunning, 1, 30));

    private sealed class Waiter(Guid organizationId, long estimatedBytes)
    {
        public Guid OrganizationId { get; } = organizationId;

        public long EstimatedBytes { get; } = estimatedBytes;

        /// <summary>Null once it has left the line.</summary>
        public LinkedListNode<Waiter>? Place { get; set; }

        /// <summary>The lease, or null where it was sent away.</summary>
        public TaskCompletionSource<GateLease?> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>A running transform's place; dispose it once, when the transform has ended.</summary>
public sealed class GateLease : IDisposable
{
    private TransformGate? _gate;

    internal GateLease(TransformGate gate, long estimatedBytes, long startedAt) => (_gate, EstimatedBytes, StartedAt) = (gate, estimatedBytes, startedAt);

    internal long EstimatedBytes { get; }

    internal long StartedAt { get; }

    public void Dispose() => Interlocked.Exchange(ref _gate, null)?.Exit(this);
}
