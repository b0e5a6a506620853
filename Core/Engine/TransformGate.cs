using ImageService.Core.Errors;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Engine;

/// <summary>
/// Decides which transforms run: at most as many as cores, together within the memory budget, the rest in a <see cref="GateLine"/>. Whoever would wait longer
/// than <see cref="EngineOptions.MaxExpectedWait"/> is told at once <see cref="ErrorCode.Overloaded"/> and when to come back, so that the machine works for
/// those
/// who still wait. The wait is expected from what runs, what waits ahead, and how long transforms took lately. Thread-safe.
/// </summary>
/// <remarks>
/// The dear, those that are expected to take more CPU time than anybody is to wait, never take the last place, and the small have memory of their own beside
/// the budget, so that neither waits behind one large picture of somebody else. When the line is full and the newcomer's
/// organization waits less than another, the other's youngest waiter is sent away: one organization's burst costs that organization.
/// </remarks>
public sealed class TransformGate
{
    // Of the machine, for an organization beside busy ones.
    private const double LeastShare = 0.05;

    // Of the budget: what a small one takes at most, and what they may take together beside it.
    private const int SmallShare = 8;
    // Organizations whose promises are remembered before those that have passed are forgotten.
    private const int MostTold = 256;
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly int _maxRunning;
    private readonly int _maxWaiting;
    private readonly long _budget;
    private readonly TimeSpan _maxWait;
    private readonly double _maxExpectedWait;
    private readonly long _startedAt;
    private readonly GateLine _line;
    private readonly GatePace _pace = new();
    private readonly List<GateLease> _running = [];
    private readonly Dictionary<Guid, (double Seconds, double At)> _toldToReturn = [];
    private long _bytes;
    private long _bytesBeside;
    private int _dear;

    public TransformGate(IOptions<EngineOptions> options, TimeProvider time)
    {
        var chosen = options.Value;
        _time = time;
        _startedAt = time.GetTimestamp();
        _maxRunning = chosen.MaxRunning > 0 ? chosen.MaxRunning : Environment.ProcessorCount;
        _maxWaiting = chosen.MaxWaiting;
        _budget = chosen.MemoryBudgetBytes;
        _maxWait = chosen.MaxWait;
        _maxExpectedWait = chosen.MaxExpectedWait.TotalSeconds;
        _line = new GateLine(() => Now);
    }

    /// <summary>Transforms running now.</summary>
    public int Running { get { lock (_lock) return _running.Count; } }

    /// <summary>Transforms waiting now.</summary>
    public int Waiting { get { lock (_lock) return _line.Count; } }

    private double Now => _time.GetElapsedTime(_startedAt).TotalSeconds;

    /// <summary>Whether <see cref="EnterAsync"/> would refuse at once; asked before work that would be in vain.</summary>
    /// <returns>The refusal, or null.</returns>
    public Error? Judge(GateRequest request)
    {
        lock (_lock)
            return Refusal(request);
    }

    /// <summary>Waits for a turn. The caller completes or disposes the lease when its transform has ended.</summary>
    /// <param name="request">What is to run.</param>
    /// <param name="ct">Leaves the line.</param>
    /// <returns>
    /// <see cref="ErrorCode.Overloaded"/> where the expected wait is too long, the line is full, or the wait was too long all the same;
    /// <see cref="ErrorCode.ImageLimitExceeded"/> where it takes more memory than any transform may.
    /// </returns>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public async Task<Result<GateLease>> EnterAsync(GateRequest request, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        GateWaiter waiter;
        lock (_lock)
        {
            if (Refusal(request) is { } refusal)
                return refusal;
            if (_line.Count >= _maxWaiting)
                SendAway(_line.Displaceable(request)!);
            waiter = new GateWaiter(request, request.Cost.TotalSeconds, Now, IsDear(request));
            _line.Join(waiter);
            Dispatch();
            if (waiter.Turn.Task.IsCompletedSuccessfully && waiter.Turn.Task.Result is { } free)
                return free;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var limit = _time.CreateTimer(static state => CancelQuietly((CancellationTokenSource)state!), patience, _maxWait, Timeout.InfiniteTimeSpan);
        await using var registration = patience.Token.Register(() => Leave(waiter));
        var lease = await waiter.Turn.Task;
        if (lease is not null)
            return lease;
        ct.ThrowIfCancellationRequested();
        lock (_lock)
            return Overloaded(request, ExpectedWait(request));
    }

    internal void Exit(GateLease lease, TimeSpan? cpu)
    {
        lock (_lock)
        {
            _running.Remove(lease);
            if (lease.IsBeside)
                _bytesBeside -= lease.Request.Bytes;
            else
                _bytes -= lease.Request.Bytes;
            _dear -= lease.IsDear ? 1 : 0;
            var elapsed = Now - lease.StartedAt;
            if (cpu is { } measured)
                _pace.Learn(elapsed, measured.TotalSeconds);
            _line.End(lease.Request.OrganizationId, (cpu?.TotalSeconds ?? (elapsed / _pace.Ratio)) - lease.Cost);
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

    // The next in turn is never overtaken for its memory by one that would take of it, or large images would wait for ever.
    private void Dispatch()
    {
        while (_running.Count < _maxRunning && _line.Next(waiter => TakesDear || !waiter.IsDear) is { } next)
        {
            if (Fits(next.Request.Bytes))
                Start(next, isBeside: false);
            else if (_line.Next(waiter => !waiter.IsDear && FitsBeside(waiter.Request.Bytes)) is { } small)
                Start(small, isBeside: true);
            else
                return;
        }
    }

    private void Start(GateWaiter next, bool isBeside)
    {
        _line.Remove(next);
        _line.Start(next.OrganizationId, next.Cost);
        var lease = new GateLease(this, next.Request, next.Cost, next.IsDear, Now) { IsBeside = isBeside };
        _running.Add(lease);
        if (isBeside)
            _bytesBeside += next.Request.Bytes;
        else
            _bytes += next.Request.Bytes;
        _dear += next.IsDear ? 1 : 0;
        next.Turn.TrySetResult(lease);
    }

    private bool TakesDear => _dear < Math.Max(1, _maxRunning - 1);

    private bool IsDear(GateRequest request) => request.Cost.TotalSeconds > _maxExpectedWait;

    private bool Fits(long bytes) => _bytes + bytes <= _budget;

    private bool FitsBeside(long bytes) => _bytesBeside + bytes <= _budget / SmallShare;

    private Error? Refusal(GateRequest request)
    {
        if (request.Bytes > _budget)
            return EngineErrors.TooMuchMemoryToTransform(_budget);
        if (_line.Count >= _maxWaiting && _line.Displaceable(request) is null)
            return Overloaded(request, ExpectedWait(request));
        return !request.IsBackground && ExpectedWait(request) is var wait && wait > _maxExpectedWait ? Overloaded(request, wait) : null;
    }

    /// <summary>When a newcomer's turn would come, s from now: those ahead take the places as these come free.</summary>
    private double ExpectedWait(GateRequest request)
    {
        var (cost, isDear) = (request.Cost.TotalSeconds, IsDear(request));
        var wait = ExpectedWait(request, cost, _running, _maxRunning, static _ => true);
        if (isDear && _maxRunning > 1)
            wait = Math.Max(wait, ExpectedWait(request, cost, _running.Where(lease => lease.IsDear), _maxRunning - 1, static ahead => ahead.IsDear));
        else if (_maxRunning > 1)
            wait = Math.Min(wait, ExpectedWait(request, cost, _running.Where(lease => !lease.IsDear), 1, static ahead => !ahead.IsDear)); // the place the dear leave
        return Math.Max(Math.Max(wait, WaitForTurns(request, cost)), WaitForMemory(request.Bytes, isDear));
    }

    // What an organization has in line is served at what others leave of the machine, however little of theirs waits at this moment.
    private double WaitForTurns(GateRequest request, double cost)
    {
        var left = Math.Max(_maxRunning - (_line.RateOfOthers(request.OrganizationId) * _pace.Ratio), _maxRunning * LeastShare);
        return _line.OwnAhead(request.OrganizationId, Now + cost) * _pace.Ratio / left;
    }

    private double ExpectedWait(GateRequest request, double cost, IEnumerable<GateLease> running, int places, Func<GateWaiter, bool> counts)
    {
        var free = new double[places];
        foreach (var lease in running)
            free[free.IndexOf(free.Min())] += Rest(lease);
        foreach (var ahead in _line.Ahead(request.OrganizationId, Now + cost, cost, counts))
            free[free.IndexOf(free.Min())] += ahead * _pace.Ratio;
        return free.Min();
    }

    private double WaitForMemory(long bytes, bool isDear)
    {
        var wait = WaitForMemory(_running.Where(static lease => !lease.IsBeside), _bytes, bytes, _budget);
        return isDear || bytes > _budget / SmallShare ? wait
            : Math.Min(wait, WaitForMemory(_running.Where(static lease => lease.IsBeside), _bytesBeside, bytes, _budget / SmallShare));
    }

    private double WaitForMemory(IEnumerable<GateLease> holding, long held, long bytes, long most)
    {
        var wait = 0.0;
        foreach (var lease in holding.OrderBy(Rest).TakeWhile(_ => held + bytes > most))
            (held, wait) = (held - lease.Request.Bytes, Rest(lease));
        return wait;
    }

    // One that runs longer than expected is expected to run on for a tenth of what it has run.
    private double Rest(GateLease lease)
    {
        var elapsed = Now - lease.StartedAt;
        return Math.Max((lease.Cost * _pace.Ratio) - elapsed, elapsed / 10);
    }

    /// <summary>
    /// Told honestly, a time to come back is when there will be a place: after those who are in line, and after those of its organization who were told to come
    /// back before. These are taken to come at the pace at which the machine works.
    /// </summary>
    private Error Overloaded(GateRequest request, double wait)
    {
        var now = Now;
        if (_toldToReturn.Count >= MostTold)
        {
            foreach (var (id, _) in _toldToReturn.Where(one => one.Value.Seconds <= now - one.Value.At).ToList())
                _toldToReturn.Remove(id);
        }

        var told = _toldToReturn.GetValueOrDefault(request.OrganizationId);
        var before = Math.Max(0, told.Seconds - (now - told.At));
        var retryAfter = Math.Clamp(wait + before, 1, LongestRetry.TotalSeconds);
        _toldToReturn[request.OrganizationId] =
            (Math.Min(LongestRetry.TotalSeconds, before + (request.Cost.TotalSeconds * _pace.Ratio / _maxRunning)), now);
        return EngineErrors.Full(TimeSpan.FromSeconds(retryAfter));
    }

    private void Leave(GateWaiter waiter)
    {
        lock (_lock)
        {
            if (waiter.Place is null)
                return;
            SendAway(waiter);
            Dispatch();
        }
    }

    private void SendAway(GateWaiter waiter)
    {
        _line.Remove(waiter);
        waiter.Turn.TrySetResult(null);
    }
}
