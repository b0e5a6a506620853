
using Polly;
using Polly.CircuitBreaker;
using Polly.Hedging;
using Polly.Timeout;

namespace ImageService.Core.Storage;

/// <summary>
/// Keeps a store that is away from holding everyone up: a call without an answer in time fails, a run of failures opens the breaker, which refuses at once
/// until
/// the store is tried again. Retries, with jitter, are the SDKs' own, which know what can be sent twice.
/// </summary>
internal sealed class ResilientObjectStore : IObjectStore
{
    private readonly IObjectStore _store;
    private readonly ResiliencePipeline _calls;
    private readonly ResiliencePipeline _transfers;
    private readonly ResiliencePipeline<StoredObject?> _reads;

    public ResilientObjectStore(IObjectStore store, StoreOptions options, TimeProvider time)
    {
        _store = store;
        var breaker = new ResiliencePipelineBuilder { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                FailureRatio = 0.5,
                MinimumThroughput = 10,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = TimeSpan.FromSeconds(5),
                ShouldHandle = new PredicateBuilder().Handle<ObjectStoreException>(failure => !failure.IsRefusal).Handle<TimeoutRejectedException>(),
            })
            .Build();
        _transfers = breaker;
        _calls = new ResiliencePipelineBuilder { TimeProvider = time }.AddPipeline(breaker).AddTimeout(options.Timeout).Build();
        var reads = new ResiliencePipelineBuilder<StoredObject?> { TimeProvider = time };
        if (options.HedgeAfter is { } delay)
            reads.AddHedging(new HedgingStrategyOptions<StoredObject?>
            {
                MaxHedgedAttempts = 1, Delay = delay,
                ShouldHandle = static _ => PredicateResult.False()
            });
        _reads = reads.AddPipeline(_calls).Build();
    }

    public string Provider => _store.Provider;

    public bool CreatesAtomically => _store.CreatesAtomically;

    public async Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct)
    {
        try
        {
            return await _reads.ExecuteAsync(async token => await _store.OpenAsync(key, range, token), ct);
        }
        catch (Exception away) when (IsAway(away))
        {
            throw Away(away);
        }
    }

    public Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct) =>
        Through(_transfers, token => _store.PutAsync(key, content, options, token), ct);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct) => Through(_calls, token => _store.HeadAsync(key, token), ct);

    public Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct) =>
        Through(_transfers, token => _store.MoveAsync(fromKey, toKey, token), ct);

    public Task<bool> CopyAsync(string fromKey, string toKey, CancellationToken ct) =>
        Through(_transfers, token => _store.CopyAsync(fromKey, toKey, token), ct);

    public Task<bool> DeleteAsync(string key, CancellationToken ct) => Through(_calls, token => _store.DeleteAsync(key, token), ct);

    public Task DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken ct) =>
        Through(_transfers, token => Done(_store.DeleteManyAsync(keys, token)), ct);

    public string? LocalPathOf(string key) => _store.LocalPathOf(key);

    public IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken ct) => _store.ListAsync(prefix, ct);

    public IAsyncEnumerable<ObjectListing> ListAfterAsync(string prefix, string? after, CancellationToken ct) => _store.ListAfterAsync(prefix, after, ct);

    public Task SetTierAsync(string key, StorageTier tier, CancellationToken ct) =>
        Through(_transfers, token => Done(_store.SetTierAsync(key, tier, token)), ct);

    public Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct) =>
        Through(_calls, token => _store.PresignPutAsync(key, contentType, maxBytes, validFor, token), ct);

    public Task<Uri?> PresignGetAsync(string key, TimeSpan validFor, CancellationToken ct) =>
        Through(_calls, token => _store.PresignGetAsync(key, validFor, token), ct);

    public Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken ct) => Through(_transfers, token => _store.SweepAsync(olderThan, token), ct);

    public IAsyncEnumerable<ObjectVersion> VersionsAsync(string key, CancellationToken ct) => _store.VersionsAsync(key, ct);

    public Task<StoredObject?> OpenVersionAsync(string key, string version, CancellationToken ct) =>
        Through(_calls, token => _store.OpenVersionAsync(key, version, token), ct);

    public Task<bool> RestoreVersionAsync(string key, string version, CancellationToken ct) =>
        Through(_transfers, token => _store.RestoreVersionAsync(key, version, token), ct);

    /// <summary>Beside the breaker: the probe is to find out, not to be refused.</summary>
    public Task CheckAsync(CancellationToken ct) => _store.CheckAsync(ct);

    private static async Task<T> Through<T>(ResiliencePipeline pipeline, Func<CancellationToken, Task<T>> call, CancellationToken ct)
    {
        try
        {
            return await pipeline.ExecuteAsync(async token => await call(token), ct);
        }
        catch (Exception away) when (IsAway(away))
        {
            throw Away(away);
        }
    }

    private static bool IsAway(Exception problem) => problem is TimeoutRejectedException or BrokenCircuitException;

    private static ObjectStoreException Away(Exception problem) => new(
        problem is TimeoutRejectedException ? "The store does not answer in time." : "The store failed too often and is left alone for some seconds.", problem);

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }
}
