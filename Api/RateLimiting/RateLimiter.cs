using System.Collections.Concurrent;
using ImageService.Core.Caching;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ImageService.Api.RateLimiting;

/// <summary>
/// Limits the requests of an organization, tenant or space over all replicas by a sliding window in Redis. Requests are leased in small blocks, the next
/// one in the background before the
/// last is used up, so that a request normally waits for nothing. Exact to within the blocks; while Redis is gone each replica keeps the whole limit by itself.
/// </summary>
internal sealed class RateLimiter(RedisConnection redis, IOptions<RateLimitOptions> options, TimeProvider time)
{
    // KEYS: the window, a hash of slot -> count. ARGV: window ms, limit, wanted, slots. Returns granted, remaining, ms until the oldest slot leaves.
    private const string Script =
        """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
        local window, limit, wanted, slots = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
        local width = math.max(1, math.floor(window / slots))
        local slot = math.floor(now / width)
        local used, oldest = 0, slot
        local all = redis.call('HGETALL', KEYS[1])
        for i = 1, #all, 2 do
            local at = tonumber(all[i])
            if at < slot - slots then
                redis.call('HDEL', KEYS[1], all[i])
            else
                used = used + tonumber(all[i + 1])
                if at < oldest then oldest = at end
            end
        end
        local granted = math.max(0, math.min(limit - used, wanted))
        if granted > 0 then
            redis.call('HINCRBY', KEYS[1], string.format('%.0f', slot), granted)
            redis.call('PEXPIRE', KEYS[1], window + width * 2)
        end
        return {granted, limit - used - granted, (oldest + slots + 1) * width - now}
        """;

    private readonly ConcurrentDictionary<RateKey, Lease> _leases = new();

    /// <summary>Takes one request.</summary>
    /// <param name="key">Whose.</param>
    /// <param name="limit">Requests per window, by policy in force.</param>
    /// <param name="window">By policy in force.</param>
    /// <param name="ct">Ends the wait for a lease.</param>
    public ValueTask<RateDecision> TakeAsync(RateKey key, long limit, TimeSpan window, CancellationToken ct)
    {
        var lease = _leases.GetOrAdd(key, static _ => new Lease());
        var now = time.GetTimestamp();
        if (!lease.TryTake(now, limit, window, out var decision))
            return new ValueTask<RateDecision>(RenewAndTakeAsync(key, lease, limit, window, ct));
        if (lease.WantsRefill && lease.BeginRefill())
            _ = RefillAsync(key, lease, limit, window);
        return ValueTask.FromResult(decision);
    }

    /// <summary>
    /// Takes one request of what this process holds, without asking and without waiting; false where nothing was taken, and <see cref="TakeAsync"/>
    /// decides.
    /// </summary>
    public bool TryTake(RateKey key, long limit, TimeSpan window)
    {
        if (!_leases.TryGetValue(key, out var lease) || !lease.TryTake(time.GetTimestamp(), limit, window, out var decision) || !decision.IsAllowed)
            return false;
        if (lease.WantsRefill && lease.BeginRefill())
            StartRefill(key, lease, limit, window);
        return true;
    }

    /// <summary>On a thread of the pool: the caller's may be one that serves other connections.</summary>
    private void StartRefill(RateKey key, Lease lease, long limit, TimeSpan window)
    {
#pragma warning disable RS0030 // One small call, away from a thread that serves others.
        _ = Task.Run(() => RefillAsync(key, lease, limit, window));
#pragma warning restore RS0030
    }

    private async Task<RateDecision> RenewAndTakeAsync(RateKey key, Lease lease, long limit, TimeSpan window, CancellationToken ct)
    {
        await lease.Renewing.WaitAsync(ct);
        try
        {
            while (true)
            {
                var now = time.GetTimestamp();
                if (lease.TryTake(now, limit, window, out var decision))
                    return decision;
                var grant = await GrantAsync(key, lease, limit, window, ct);
                lease.Add(grant, limit, window, time.GetTimestamp(), time.TimestampFrequency, Block(limit));
            }
        }
        finally
        {
            lease.Renewing.Release();
        }
    }

    /// <summary>Failure means that the next request renews by itself, so none is reported.</summary>
    private async Task RefillAsync(RateKey key, Lease lease, long limit, TimeSpan window)
    {
        try
        {
            var grant = await GrantAsync(key, lease, limit, window, CancellationToken.None);
            if (grant.Granted > 0)
                lease.Add(grant, limit, window, time.GetTimestamp(), time.TimestampFrequency, Block(limit));
        }
        finally
        {
            lease.EndRefill();
        }
    }

    private async ValueTask<Grant> GrantAsync(RateKey key, Lease lease, long limit, TimeSpan window, CancellationToken ct)
    {
        var windowMs = (long)window.TotalMilliseconds;
        var block = Block(limit);
        var (answered, result) = await redis.TryAsync(
            (Key: key, WindowMs: windowMs, Limit: limit, Block: block),
            static async (database, ask) =>
            {
                var answer =
                    (RedisResult[])(await database.ScriptEvaluateAsync(Script, [$"rate:{ask.Key.ScopeId:n}:{ask.Key.Kind}"],
                        [ask.WindowMs, ask.Limit, ask.Block, RateWindow.Slots]))!;
                return new Grant((long)answer[0], (long)answer[1], TimeSpan.FromMilliseconds((long)answer[2]));
            },
            ct);
        return answered ? result : lease.TakeLocally((long)time.GetElapsedTime(0).TotalMilliseconds, windowMs, limit, block);
    }

    private long Block(long limit) => Math.Clamp(limit / 100, 1, options.Value.MaxBlock);

    /// <summary>What this process holds of one window.</summary>
    private sealed class Lease
    {
        private readonly Lock _lock = new();
        private readonly RateWindow _local = new();
        private long _permits;
        private long _block = 1;
        private long _limit;
        private TimeSpan _window;
        private Grant _grant;
        private long _expiresAt;
        private long _deniedUntil;
        private long _resetAt;
        private long _frequency = 1;
        private int _refilling;

        public SemaphoreSlim Renewing { get; } = new(1, 1);

        public bool WantsRefill => Volatile.Read(ref _permits) * 4 < _block && _block > 1;

        /// <summary>Decides from what is held; false when Redis must be asked.</summary>
        public bool TryTake(long now, long limit, TimeSpan window, out RateDecision decision)
        {
            lock (_lock)
            {
                decision = default;
                if (limit != _limit || window != _window)
                    return false;
                var reset = TimeSpan.FromSeconds(Math.Max(0.001, (double)(_resetAt - now) / _frequency));
                if (_permits > 0 && now < _expiresAt)
                {
                    _permits--;
                    decision = new RateDecision(true, limit, _grant.Remaining + _permits, reset);
                    return true;
                }

                if (now >= _deniedUntil)
                    return false;
                decision = new RateDecision(false, limit, 0, reset);
                return true;
            }
        }

        public void Add(Grant grant, long limit, TimeSpan window, long now, long frequency, long block)
        {
            lock (_lock)
            {
                var same = limit == _limit && window == _window && now < _expiresAt;
                (_limit, _window, _grant, _block, _frequency) = (limit, window, grant, block, frequency);
                _permits = grant.Granted + (same ? _permits : 0);
                _resetAt = now + Ticks(grant.ResetAfter, frequency);

                // What is leased was counted when it was leased, so it may be used only for a part of the window: a burst of old permits must not fall into
                // the next.
                _expiresAt = now + Ticks(window / 4, frequency);
                _deniedUntil = grant.Granted > 0 ? 0 : now + Ticks(Min(window / RateWindow.Slots, grant.ResetAfter), frequency);
            }
        }

        public Grant TakeLocally(long nowMs, long windowMs, long limit, long wanted)
        {
            lock (_lock)
                return _local.Take(nowMs, windowMs, limit, wanted);
        }

        public bool BeginRefill() => Interlocked.Exchange(ref _refilling, 1) == 0;

        public void EndRefill() => Volatile.Write(ref _refilling, 0);

        private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

        private static long Ticks(TimeSpan span, long frequency) => (long)(span.TotalSeconds * frequency);
    }
}
