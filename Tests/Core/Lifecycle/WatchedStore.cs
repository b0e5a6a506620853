using ImageService.Core.Storage;

namespace ImageService.Tests.Core.Lifecycle;

/// <summary>A store that tells of every object it opens.</summary>
internal sealed class WatchedStore(IObjectStore inner, Action opening) : IObjectStore
{
    public string Provider => inner.Provider;

    public Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct)
    {
        opening();
        return inner.OpenAsync(key, range, ct);
    }

    public Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct) => inner.PutAsync(key, content, options, ct);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct) => inner.HeadAsync(key, ct);

    public Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct) => inner.MoveAsync(fromKey, toKey, ct);

    public Task<bool> DeleteAsync(string key, CancellationToken ct) => inner.DeleteAsync(key, ct);

    public IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken ct) => inner.ListAsync(prefix, ct);

    public Task SetTierAsync(string key, StorageTier tier, CancellationToken ct) => inner.SetTierAsync(key, tier, ct);

    public Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct) =>
        inner.PresignPutAsync(key, contentType, maxBytes, validFor, ct);

    public Task CheckAsync(CancellationToken ct) => inner.CheckAsync(ct);
}
