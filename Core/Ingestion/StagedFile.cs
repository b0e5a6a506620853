using ImageService.Core.Storage;

namespace ImageService.Core.Ingestion;

/// <summary>Bytes that were taken in but not judged: an object in staging and a path to read them at. Disposing removes what was not promoted.</summary>
public sealed class StagedFile : IAsyncDisposable
{
    private readonly IObjectStore _store;
    private readonly string? _temporaryPath;
    private bool _promoted;

    internal StagedFile(IObjectStore store, string key, string path, string? temporaryPath, string contentHash, long sizeBytes)
    {
        (_store, Key, Path, _temporaryPath, ContentHash, SizeBytes) = (store, key, path, temporaryPath, contentHash, sizeBytes);
    }

    /// <summary>Object key in staging.</summary>
    public string Key { get; }

    /// <summary>A file on this machine with the same bytes. Read only.</summary>
    public string Path { get; }

    /// <summary>SHA-256, 64 lower-case hex digits.</summary>
    public string ContentHash { get; }

    /// <summary>Length, bytes.</summary>
    public long SizeBytes { get; }

    /// <summary>Moves the object to its place; where that is another store than the one it was staged in, the bytes are written there.</summary>
    /// <exception cref="ObjectStoreException">The staging object is gone, or the store refuses.</exception>
    internal async Task PromoteAsync(IObjectStore destination, string key, CancellationToken ct)
    {
        if (!ReferenceEquals(destination, _store))
        {
            await using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024, useAsync: true);
            await destination.PutAsync(key, file, "application/octet-stream", ct);
            return;
        }

        if (!await _store.MoveAsync(Key, key, ct))
            throw new ObjectStoreException($"The staging object '{Key}' is gone.");
        _promoted = true;
    }

    /// <summary>Leaves the object in staging for someone who knows its key.</summary>
    public void Keep() => _promoted = true;

    public async ValueTask DisposeAsync()
    {
        if (_temporaryPath is not null)
            File.Delete(_temporaryPath);
        if (_promoted)
            return;

        // Not the caller's token: cleaning up matters most when the caller has gone.
        await _store.DeleteAsync(Key, CancellationToken.None);
    }
}
