using System.Collections.Concurrent;
using ImageService.Core.Storage;

namespace ImageService.Tests.Worker;

/// <summary>A store of empty objects for sweeps: what matters is which keys are there, since when, and in which tier.</summary>
internal class MemoryStore : IObjectStore
{
    private readonly ConcurrentDictionary<string, DateTimeOffset?> _objects = new(StringComparer.Ordinal);

    public MemoryStore(params string[] keys)
    {
        foreach (var key in keys) _objects[key] = null;
    }

    public string Provider => "file";

    /// <summary>When every object was written that <see cref="Touch"/> names none for.</summary>
    public DateTimeOffset WrittenAt { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>Hears of every object that is listed.</summary>
    public Action<string>? Listed { get; set; }

    /// <summary>The key whose tier cannot be changed.</summary>
    public string? FailsFor { get; init; }

    public ConcurrentDictionary<string, StorageTier> Tiers { get; } = new(StringComparer.Ordinal);

    public ICollection<string> Keys => _objects.Keys;

    public void Touch(string key, DateTimeOffset at) => _objects[key] = at;

    public Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct) =>
        Task.FromResult(_objects.ContainsKey(key) ? new StoredObject(Stream.Null, new ObjectInfo(0, WrittenAt, null, StorageTier.Hot)) : null);

    public Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct)
    {
        _objects[key] = null;
        return Task.FromResult(new PutResult(true, 0));
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct) =>
        Task.FromResult(_objects.ContainsKey(key) ? new ObjectInfo(0, WrittenAt, null, StorageTier.Hot) : null);

    public Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct) =>
        Task.FromResult(_objects.TryRemove(fromKey, out var at) && _objects.TryAdd(toKey, at));

    public Task<bool> DeleteAsync(string key, CancellationToken ct) => Task.FromResult(_objects.TryRemove(key, out _));

    public async IAsyncEnumerable<ObjectListing> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        var listed = _objects.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(entry => entry.Key, StringComparer.Ordinal);
        foreach (var (key, at) in listed)
        {
            Listed?.Invoke(key);
            yield return new ObjectListing(key, 0, at ?? WrittenAt);
        }
    }

    public Task SetTierAsync(string key, StorageTier tier, CancellationToken ct)
    {
        if (string.Equals(key, FailsFor, StringComparison.Ordinal)) throw new ObjectStoreException("The store refuses.");
        Tiers[key] = tier;
        return Task.CompletedTask;
    }

    public Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct) =>
        Task.FromResult<PresignedPut?>(null);

    public Task CheckAsync(CancellationToken ct) => Task.CompletedTask;
}
