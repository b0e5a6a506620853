using ImageService.Core.Storage;

namespace ImageService.Tests.Api.Gateway;

/// <summary>A store that refuses everything while it is broken, or writes alone, or answers nothing while it hangs.</summary>
internal sealed class BreakableStore(IObjectStore inner) : IObjectStore
{
    public bool IsBroken { get; set; }

    public bool IsFull { get; set; }

    public bool Hangs { get; set; }

    public string Provider => inner.Provider;

    private IObjectStore Inner => IsBroken ? throw new ObjectStoreException("The store does not answer.") : inner;

    public Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct) => Inner.OpenAsync(key, range, ct);

    public Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct) =>
        Hangs ? Task.Delay(Timeout.Infinite, ct).ContinueWith(_ => default(PutResult), ct, TaskContinuationOptions.None, TaskScheduler.Default)
        : IsFull ? Task.FromException<PutResult>(new ObjectStoreException("The disk is full."))
        : Inner.PutAsync(key, content, options, ct);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct) => Inner.HeadAsync(key, ct);

    public Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct) => Inner.MoveAsync(fromKey, toKey, ct);

    public Task<bool> DeleteAsync(string key, CancellationToken ct) => Inner.DeleteAsync(key, ct);

    public IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken ct) => Inner.ListAsync(prefix, ct);

    public Task SetTierAsync(string key, StorageTier tier, CancellationToken ct) => Inner.SetTierAsync(key, tier, ct);

    public Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct) =>
        Inner.PresignPutAsync(key, contentType, maxBytes, validFor, ct);

    public Task CheckAsync(CancellationToken ct) => Inner.CheckAsync(ct);
}
