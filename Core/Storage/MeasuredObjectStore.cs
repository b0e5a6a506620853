using System.Runtime.CompilerServices;

using ImageService.Core.Telemetry;

namespace ImageService.Core.Storage;

/// <summary>Counts what any adapter does and how many bytes it moved.</summary>
internal sealed class MeasuredObjectStore(IObjectStore store, ImageServiceMetrics metrics) : IObjectStore
{
    public string Provider => store.Provider;

    public bool CreatesAtomically => store.CreatesAtomically;

    public async Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct)
    {
        var opened = await Counted("open", () => store.OpenAsync(key, range, ct));
        if (opened is not null)
            metrics.StorageTransferred(Provider, written: false, Expected(opened.Info.SizeBytes, range));
        return opened;
    }

    public async Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct)
    {
        var result = await Counted("put", () => store.PutAsync(key, content, options, ct));
        metrics.StorageTransferred(Provider, written: true, result.SizeBytes);
        return result;
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct) => Counted("head", () => store.HeadAsync(key, ct));

    public Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct) => Counted("move", () => store.MoveAsync(fromKey, toKey, ct));

    public Task<bool> CopyAsync(string fromKey, string toKey, CancellationToken ct) => Counted("copy", () => store.CopyAsync(fromKey, toKey, ct));

    public Task<bool> DeleteAsync(string key, CancellationToken ct) => Counted("delete", () => store.DeleteAsync(key, ct));

    public Task DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken ct) => Counted("delete_many", async () =>
    {
        await store.DeleteManyAsync(keys, ct);
        return true;
    });

    public string? LocalPathOf(string key) => store.LocalPathOf(key);

    public IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken ct) => ListAfterAsync(prefix, null, ct);

    public async IAsyncEnumerable<ObjectListing> ListAfterAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken ct)
    {
        metrics.StorageCalled(Provider, "list", succeeded: true);
        await foreach (var listing in store.ListAfterAsync(prefix, after, ct))
            yield return listing;
    }

    public Task SetTierAsync(string key, StorageTier tier, CancellationToken ct) => Counted("set_tier", async () =>
    {
        await store.SetTierAsync(key, tier, ct);
        return true;
    });

    public Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct) =>
        Counted("presign", () => store.PresignPutAsync(key, contentType, maxBytes, validFor, ct));

    public Task<Uri?> PresignGetAsync(string key, TimeSpan validFor, CancellationToken ct) =>
        Counted("presign", () => store.PresignGetAsync(key, validFor, ct));

    public Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken ct) => Counted("sweep", () => store.SweepAsync(olderThan, ct));

    public IAsyncEnumerable<ObjectVersion> VersionsAsync(string key, CancellationToken ct)
    {
        metrics.StorageCalled(Provider, "list_versions", succeeded: true);
        return store.VersionsAsync(key, ct);
    }

    public async Task<StoredObject?> OpenVersionAsync(string key, string version, CancellationToken ct)
    {
        var opened = await Counted("open_version", () => store.OpenVersionAsync(key, version, ct));
        if (opened is not null)
            metrics.StorageTransferred(Provider, written: false, opened.Info.SizeBytes);
        return opened;
    }

    public Task<bool> RestoreVersionAsync(string key, string version, CancellationToken ct) =>
        Counted("restore_version", () => store.RestoreVersionAsync(key, version, ct));

    /// <summary>Not counted: a probe is no use of the store.</summary>
    public Task CheckAsync(CancellationToken ct) => store.CheckAsync(ct);

    private static long Expected(long size, ByteRange? range) =>
        range is { } part ? Math.Clamp(part.Length ?? long.MaxValue, 0, Math.Max(0, size - part.Offset)) : size;

    private async Task<T> Counted<T>(string operation, Func<Task<T>> call)
    {
        try
        {
            var result = await call();
            metrics.StorageCalled(Provider, operation, succeeded: true);
            return result;
        }
        catch (ObjectStoreException)
        {
            metrics.StorageCalled(Provider, operation, succeeded: false);
            throw;
        }
    }
}
