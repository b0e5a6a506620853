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

    /// <summary>Whether the server decides <see cref="PutMode.Create"/>; else the adapter looks first, and of two creators at once both may write.</summary>
    bool CreatesAtomically => true;

    /// <summary>Opens an object for reading; null when there is none.</summary>
    Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct);

    /// <summary>
    /// Writes an object from a stream of known or unknown length, never held in memory as a whole. What reading the content throws passes as it is;
    /// whatever fails, no part of the object becomes visible and one of the same key stays as it was.
    /// </summary>
    Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct);

    Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct);

    /// <summary>Moves an object within the store. False when the source does not exist (and the destination is then untouched).</summary>
    Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct);

    /// <summary>Copies an object within the store, by the store itself where it can. The copy is hot. False when the source does not exist.</summary>
    async Task<bool> CopyAsync(string fromKey, string toKey, CancellationToken ct)
    {
        await using var source = await OpenAsync(fromKey, null, ct);
        if (source is null)
            return false;
        await PutAsync(toKey, source.Content, new PutOptions(source.Info.ContentType ?? "application/octet-stream"), ct);
        return true;
    }

    /// <summary>Removes an object; false when there was none.</summary>
    Task<bool> DeleteAsync(string key, CancellationToken ct);

    /// <summary>Removes many objects with as few calls as the store allows; those that are not there are no failure.</summary>
    async Task DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken ct)
    {
        foreach (var key in keys)
            await DeleteAsync(key, ct);
    }

    /// <summary>Where an object lies on this machine's disk, for readers that need a file; null where the store is elsewhere. Read only.</summary>
    string? LocalPathOf(string key) => null;

    /// <summary>Lists objects whose key starts with the prefix, in no promised order.</summary>
    IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken ct);

    /// <summary>
    /// Lists as <see cref="ListAsync"/> does, in an order that does not change, and begins after an object of an earlier listing, whether or not it is still
    /// there; so a walk through a whole store can end and be gone on with. What stands here is for stores that list by ordinal comparison of keys.
    /// </summary>
    IAsyncEnumerable<ObjectListing> ListAfterAsync(string prefix, string? after, CancellationToken ct) =>
        after is null ? ListAsync(prefix, ct) : ListAsync(prefix, ct).Where(listed => string.CompareOrdinal(listed.Key, after) > 0);

    /// <summary>Moves an object to another storage class, all of which can be read at once; a store without classes records nothing and returns.</summary>
    Task SetTierAsync(string key, StorageTier tier, CancellationToken ct);

    /// <summary>A URL by which a client may PUT the object directly, valid for the time given; null where the store cannot make one.</summary>
    Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct);

    /// <summary>A URL by which a client may GET the object directly, valid for the time given; null where the store cannot make one.</summary>
    Task<Uri?> PresignGetAsync(string key, TimeSpan validFor, CancellationToken ct) => Task.FromResult<Uri?>(null);

    /// <summary>Removes what writers that died left behind outside of any key; a store that keeps nothing of the kind has nothing to remove.</summary>
    /// <param name="olderThan">Only what was written before: longer ago than any write takes.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many left-overs went.</returns>
    Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken ct) => Task.FromResult(0);

    /// <summary>
    /// Earlier states of an object that the store still keeps, newest first, also those of an object that is gone; none where the store keeps no versions.
    /// </summary>
    IAsyncEnumerable<ObjectVersion> VersionsAsync(string key, CancellationToken ct) => AsyncEnumerable.Empty<ObjectVersion>();

    /// <summary>Opens an earlier state for reading; null when the store keeps it no longer.</summary>
    Task<StoredObject?> OpenVersionAsync(string key, string version, CancellationToken ct) => Task.FromResult<StoredObject?>(null);

    /// <summary>
    /// Makes an earlier state the object again, by a copy within the store; the copy is hot, and what was there becomes an earlier state itself. False when
    /// the store keeps that state no longer.
    /// </summary>
    Task<bool> RestoreVersionAsync(string key, string version, CancellationToken ct) => Task.FromResult(false);

    /// <summary>A cheap reachability check for readiness; throws when the store is unusable.</summary>
    Task CheckAsync(CancellationToken ct);
}

/// <summary>What a store knows about an object without reading it.</summary>
/// <param name="SizeBytes">Length, bytes.</param>
/// <param name="LastModified">When it was written.</param>
/// <param name="ContentType">Media type as given at the put; null where the store keeps none.</param>
/// <param name="Tier">Storage class.</param>
public sealed record ObjectInfo(long SizeBytes, DateTimeOffset LastModified, string? ContentType, StorageTier Tier)
{
    /// <summary>MD5 of the whole object as the store tells it, 32 lower-case hex digits; null where it does not know it.</summary>
    public string? Md5 { get; init; }
}

/// <summary>How an object is to be written.</summary>
/// <param name="ContentType">Media type.</param>
/// <param name="Mode">What to do about an object of the same key.</param>
/// <param name="Tier">Storage class it starts in.</param>
public sealed record PutOptions(string ContentType, PutMode Mode = PutMode.Overwrite, StorageTier Tier = StorageTier.Hot)
{
    /// <summary>
    /// Whether the bytes can be made again and are compared with what is known of them whenever they are read: then the store need not wait until they
    /// would outlast a power cut. False: it waits.
    /// </summary>
    public bool CanBeMadeAgain { get; init; }
}

/// <summary>What a put does about an object of the same key.</summary>
public enum PutMode
{
    /// <summary>Replaces it.</summary>
    Overwrite,

    /// <summary>
    /// Leaves it alone: of any number of writers exactly one writes. A store without conditional writes only looks first, and says so at start.
    /// </summary>
    Create,
}

/// <summary>How a client puts an object directly.</summary>
/// <param name="Url">Where to; a secret as long as it is valid.</param>
/// <param name="Headers">What the request must carry.</param>
public sealed record PresignedPut(Uri Url, IReadOnlyDictionary<string, string> Headers);

/// <summary>What became of a put.</summary>
/// <param name="Written">False where <see cref="PutMode.Create"/> found an object of the same key.</param>
/// <param name="SizeBytes">Bytes written.</param>
public readonly record struct PutResult(bool Written, long SizeBytes);

/// <summary>An opened object; the caller disposes it, which closes the stream.</summary>
public sealed record StoredObject(Stream Content, ObjectInfo Info) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

/// <summary>One object of a listing.</summary>
public readonly record struct ObjectListing(string Key, long SizeBytes, DateTimeOffset LastModified);

/// <summary>An earlier state of an object.</summary>
/// <param name="Id">The store's name for it.</param>
/// <param name="SizeBytes">Length, bytes.</param>
/// <param name="LastModified">When it was written.</param>
public readonly record struct ObjectVersion(string Id, long SizeBytes, DateTimeOffset LastModified);

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
public sealed class ObjectStoreException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whether the store answered and refuses: asking again soon is no use, and others may still be served.</summary>
    public bool IsRefusal { get; init; }
}
