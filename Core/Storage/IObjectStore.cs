namespace ImageService.Core.Storage;

/// <summary>
/// Where bytes live: one adapter per kind of store. Keys are authored by <see cref="ObjectKey"/> only. All methods throw
/// <see cref="ObjectStoreException"/> when the store cannot be reached or refuses; "not there" is a null or false, never an exception.
/// Implementations are safe for concurrent use. A put is atomic: a reader sees the whole object or none.
/// </summary>
public interface IObjectStore
{
    /// <summary>Short name for metrics and rows: <c>file</c>, <c>s3</c>, <c>minio</c>, <c>gcs</c>, <c>azure</c>.</summary>
    string Provider { get; }

    /// <summary>Opens an object for reading; null when there is none.</summary>
    Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct);

    /// <summary>Writes an object from a stream of known or unknown length, replacing one of the same key.</summary>
    /// <returns>Bytes written.</returns>
    Task<long> PutAsync(string key, Stream content, string contentType, CancellationToken ct);

    Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct);

    /// <summary>Moves an object within the store. False when the source does not exist (and the destination is then untouched).</summary>
    Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct);

    /// <summary>Removes an object; false when there was none.</summary>
    Task<bool> DeleteAsync(string key, CancellationToken ct);

    /// <summary>Where an object lies on this machine's disk, for readers that need a file; null where the store is elsewhere. Read only.</summary>
    string? LocalPathOf(string key) => null;

    /// <summary>Lists objects whose key starts with the prefix, in no promised order.</summary>
    IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken ct);

    /// <summary>Moves an object to another storage class; a store without classes records nothing and returns.</summary>
    Task SetTierAsync(string key, StorageTier tier, CancellationToken ct);

    /// <summary>A URL by which a client may PUT the object directly, valid for the time given; null where the store cannot make one.</summary>
    Task<Uri?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct);

    /// <summary>Removes what writers that died left behind outside of any key; a store that keeps nothing of the kind has nothing to remove.</summary>
    /// <param name="olderThan">Only what was written before: longer ago than any write takes.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many left-overs went.</returns>
    Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken ct) => Task.FromResult(0);

    /// <summary>A cheap reachability check for readiness; throws when the store is unusable.</summary>
    Task CheckAsync(CancellationToken ct);
}

/// <summary>What a store knows about an object without reading it.</summary>
/// <param name="SizeBytes">Length, bytes.</param>
/// <param name="LastModified">When it was written.</param>
/// <param name="ContentType">Media type as given at the put; null where the store keeps none.</param>
/// <param name="Tier">Storage class.</param>
public sealed record ObjectInfo(long SizeBytes, DateTimeOffset LastModified, string? ContentType, StorageTier Tier);

/// <summary>An opened object; the caller disposes it, which closes the stream.</summary>
public sealed record StoredObject(Stream Content, ObjectInfo Info) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>One object of a listing.</summary>
public readonly record struct ObjectListing(string Key, long SizeBytes, DateTimeOffset LastModified);

/// <summary>Storage class of an object, hottest first.</summary>
public enum StorageTier
{
    Hot,
    Warm,
    Cold,
}

/// <summary>A range of bytes, zero-based; <see cref="Length"/> null means "to the end".</summary>
public readonly record struct ByteRange(long Offset, long? Length);

/// <summary>The store cannot be reached or refused the call. <see cref="Exception.InnerException"/> holds the adapter's own error.</summary>
public sealed class ObjectStoreException(string message, Exception? inner = null) : Exception(message, inner);
