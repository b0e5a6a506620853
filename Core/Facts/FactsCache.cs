using System.Collections.Concurrent;
using ImageService.Core.Caching;
using ImageService.Core.Registry;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Facts;

/// <summary>
/// Facts of the registry in memory: tenants, policies, presets, assets, keys. Changes are heard from the database (<see cref="FactsListener"/>) and
/// forget exactly one scope. A hit is two dictionary look-ups and allocates nothing. Loads of the same fact are joined; a load during
/// which its scope was forgotten answers those who waited and is not kept.
/// </summary>
public sealed class FactsCache(IOptions<FactsOptions> options, TimeProvider time)
{
    private const int MaxEntriesPerScope = 8192;
    private static readonly TimeSpan LoadLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LoadPatience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    private readonly FactsOptions _options = options.Value;
    private readonly ConcurrentDictionary<FactScope, Bucket> _buckets = new();
    private readonly SingleFlight<(Bucket Bucket, string Key), object?> _loads = new(LoadLimit, time);
    private long _heardAt = long.MinValue;
    private long _failedAt = long.MinValue;
    private int _entries;
    private int _trimming;
    private int _epoch;

    /// <summary>Facts in memory, roughly.</summary>
    public int Count => Volatile.Read(ref _entries);

    /// <summary>Whether changes are heard of: the listener had word from the database within the last seconds.</summary>
    public bool IsListening => IsWithin(Volatile.Read(ref _heardAt), _options.MaxAgeUnheard);

    /// <summary>A fact from memory, or loaded and kept. With a static <paramref name="load"/> a hit allocates nothing.</summary>
    /// <param name="scope">What the fact is forgotten with.</param>
    /// <param name="key">Names the fact within its scope; start with the name of the room.</param>
    /// <param name="state">Handed to <paramref name="load"/>.</param>
    /// <param name="load">Runs on its own token, shared by everyone who asks meanwhile. Null means "there is none" and is kept shortly.</param>
    /// <param name="stale">What to do while the database does not answer.</param>
    /// <param name="ct">Ends this caller's wait.</param>
    /// <exception cref="RegistryUnavailableException">The registry did not answer in time; other exceptions are those of <paramref name="load"/>.</exception>
    public ValueTask<T> GetOrLoadAsync<TState, T>(
        FactScope scope, string key, TState state, Func<TState, CancellationToken, Task<T>> load, StaleFacts stale, CancellationToken ct)
    {
        var bucket = _buckets.GetOrAdd(scope, static _ => new Bucket());
        if (!bucket.Entries.TryGetValue(key, out var entry))
            return LoadAsync(bucket, key, state, load, null, ct);
        if (IsFresh(entry))
        {
            bucket.Touch();
            return new ValueTask<T>((T)entry.Value!);
        }

        return LoadAsync(bucket, key, state, load, stale is StaleFacts.Allow && MayBeStale(entry) ? entry : null, ct);
    }

    /// <summary>
    /// A fact that may be used without asking anybody, looked up without making the key's text: a fresh one, or with <see cref="StaleFacts.Allow"/> an old
    /// one in the second after the
    /// registry was found not to answer. Whoever gets false asks, and so finds out when it answers again.
    /// </summary>
    public bool TryGet<T>(FactScope scope, ReadOnlySpan<char> key, out T? value, StaleFacts stale = StaleFacts.Refuse)
    {
        value = default;
        if (!_buckets.TryGetValue(scope, out var bucket) || !bucket.BySpan.TryGetValue(key, out var entry))
            return false;
        if (!IsFresh(entry) && !(stale is StaleFacts.Allow && MayBeStale(entry) && IsWithin(Volatile.Read(ref _failedAt), PauseAfterFailure)))
            return false;
        bucket.Touch();
        value = (T?)entry.Value;
        return true;
    }

    /// <summary>Makes one scope unknown. Loads in flight are not kept.</summary>
    public void Forget(FactScope scope)
    {
        if (_buckets.TryRemove(scope, out var bucket))
            Interlocked.Add(ref _entries, -bucket.Forget());
    }

    /// <summary>
    /// Trusts nothing any more, when changes may have been missed: every fact is looked up again before its next use. Those that may be old stay for the
    /// case that the registry, which
    /// has only just come back, does not answer to that look-up.
    /// </summary>
    public void ForgetAll()
    {
        Interlocked.Increment(ref _epoch);
        Volatile.Write(ref _failedAt, long.MinValue);
    }

    /// <summary>The listener's word that no change before now was missed.</summary>
    internal void Heard() => Volatile.Write(ref _heardAt, time.GetTimestamp());

    private async ValueTask<T> LoadAsync<TState, T>(
        Bucket bucket, string key, TState state, Func<TState, CancellationToken, Task<T>> load, Entry? old, CancellationToken ct)
    {
        if (old is not null && Volatile.Read(ref _failedAt) is var failedAt && failedAt != long.MinValue)
        {
            Probe(failedAt, bucket, key, state, load);
            return (T)old.Value!;
        }

        try
        {
            var running = _loads.RunAsync((bucket, key), flight => FlyAsync(bucket, key, state, load, flight.Token), ct);
            var (value, _) = await running.WaitAsync(old is null ? LoadPatience : _options.Patience, time, ct);
            return (T)value!;
        }
        catch (Exception exception) when (!ct.IsCancellationRequested && (exception is OperationCanceledException || RegistryFailure.IsUnavailable(exception)))
        {
            Volatile.Write(ref _failedAt, time.GetTimestamp());
            if (old is not null)
                return (T)old.Value!;
            if (exception is OperationCanceledException or TimeoutException)
                throw new RegistryUnavailableException("The registry did not answer in time.", exception);
            throw;
        }
    }

    /// <summary>
    /// While the registry is known not to answer, old facts are served without waiting, and one look-up a second asks whether it does again: the first
    /// answer ends this state for all.
    /// </summary>
    private void Probe<TState, T>(long failedAt, Bucket bucket, string key, TState state, Func<TState, CancellationToken, Task<T>> load)
    {
        var now = time.GetTimestamp();
        if (IsWithin(failedAt, PauseAfterFailure) || Interlocked.CompareExchange(ref _failedAt, now, failedAt) != failedAt)
            return;
        _ = _loads.RunAsync((bucket, key), flight => FlyAsync(bucket, key, state, load, flight.Token), CancellationToken.None)
            .ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private async Task<object?> FlyAsync<TState, T>(
        Bucket bucket, string key, TState state, Func<TState, CancellationToken, Task<T>> load, CancellationToken ct)
    {
        var (asked, epoch) = (time.GetTimestamp(), Volatile.Read(ref _epoch));
        var value = await load(state, ct);
        Volatile.Write(ref _failedAt, long.MinValue);

        // A forgotten bucket is out of reach: what is put there now, nobody finds.
        var isNew = !bucket.Entries.ContainsKey(key);
        bucket.Entries[key] = new Entry(value, asked, epoch);
        if (isNew && !bucket.IsForgotten && Interlocked.Increment(ref _entries) > _options.MaxEntries)
            Trim();
        if (bucket.Entries.Count > MaxEntriesPerScope)
            Interlocked.Add(ref _entries, -bucket.Shrink(IsFresh));
        return value;
    }

    private bool IsFresh(Entry entry) => entry.Epoch == Volatile.Read(ref _epoch) && IsWithin(
        entry.LoadedAt,
        entry.Value is null ? _options.MaxAgeOfNothing : IsListening ? _options.MaxAge : _options.MaxAgeUnheard);

    private bool MayBeStale(Entry entry) => entry.Value is not null && IsWithin(entry.LoadedAt, _options.StaleLimit);

    private bool IsWithin(long since, TimeSpan span) => since != long.MinValue && time.GetElapsedTime(since) < span;

    /// <summary>Second chance: scopes not hit since the last round go, a tenth of all at a time.</summary>
    private void Trim()
    {
        if (Interlocked.Exchange(ref _trimming, 1) != 0)
            return;
        var enough = _options.MaxEntries / 10 * 9;
        for (var round = 0; round < 2 && Count > enough; round++)
        {
            foreach (var (scope, bucket) in _buckets)
            {
                if (Count <= enough)
                    break;
                if (!bucket.TakeTouched() && _buckets.TryRemove(new KeyValuePair<FactScope, Bucket>(scope, bucket)))
                    Interlocked.Add(ref _entries, -bucket.Forget());
            }
        }

        Volatile.Write(ref _trimming, 0);
    }

    private sealed record Entry(object? Value, long LoadedAt, int Epoch);

    private sealed class Bucket
    {
        private volatile bool _touched;
        private volatile bool _forgotten;

        public Bucket() => BySpan = Entries.GetAlternateLookup<ReadOnlySpan<char>>();

        public ConcurrentDictionary<string, Entry> Entries { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, Entry>.AlternateLookup<ReadOnlySpan<char>> BySpan { get; }

        /// <summary>Whether it is out of reach; what is put into it then counts nowhere.</summary>
        public bool IsForgotten => _forgotten;

        /// <summary>Puts it out of reach.</summary>
        /// <returns>How many entries go with it.</returns>
        public int Forget()
        {
            _forgotten = true;
            return Entries.Count;
        }

        public void Touch()
        {
            if (!_touched)
                _touched = true;
        }

        public bool TakeTouched()
        {
            var touched = _touched;
            _touched = false;
            return touched;
        }

        /// <summary>Drops what is nothing or old, and where that is not enough, everything.</summary>
        /// <returns>How many went.</returns>
        public int Shrink(Func<Entry, bool> isFresh)
        {
            var before = Entries.Count;
            foreach (var (key, entry) in Entries)
            {
                if (entry.Value is null || !isFresh(entry))
                    Entries.TryRemove(key, out _);
            }

            if (Entries.Count > MaxEntriesPerScope / 10 * 9)
                Entries.Clear();
            return Math.Max(0, before - Entries.Count);
        }
    }
}
