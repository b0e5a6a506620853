using System.Buffers;
using System.Runtime.CompilerServices;

namespace ImageService.Core.Storage;

/// <summary>
/// Objects as plain files below one folder: the default store, for one machine or a shared file system. A write goes to a file of its own,
/// is flushed and renamed into place, and the folder is flushed: a reader, and a restart after a crash, sees the whole object or none. What can be made
/// again is not flushed: after a power cut, not after
/// a crash of this process, it may be gone or damaged.
/// Keeps no media type of its own: <see cref="ObjectInfo.ContentType"/> follows the key's extension and is null where there is none.
/// </summary>
internal sealed class FileObjectStore : IObjectStore
{
    public const string ProviderName = "file";

    private const int BufferBytes = 128 * 1024;
    private readonly FilePaths _paths;

    public FileObjectStore(string root)
    {
        _paths = new FilePaths(root);
        Directory.CreateDirectory(_paths.Incoming);
    }

    public string Provider => ProviderName;

    public Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct) => Guarded(key, () =>
    {
        ct.ThrowIfCancellationRequested();
        FileStream file;
        try
        {
            file = new FileStream(_paths.FileOf(key), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            });
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException
            || (absent is UnauthorizedAccessException && Directory.Exists(_paths.FileOf(key))))
        {
            // A folder is no object either.
            RequireVolume();
            return Task.FromResult<StoredObject?>(null);
        }

        var info = new ObjectInfo(file.Length, Utc(File.GetLastWriteTimeUtc(file.SafeFileHandle)), MediaTypes.OfKey(key), StorageTier.Hot);
        return Task.FromResult<StoredObject?>(new StoredObject(range is { } part ? new FileSlice(file, part) : file, info));
    });

    public async Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct)
    {
        var destination = _paths.FileOf(key);
        var incoming = Path.Combine(_paths.Incoming, Guid.CreateVersion7().ToString("n"));
        try
        {
            var written = await WriteAsync(key, incoming, content, !options.CanBeMadeAgain, ct);
            var placed = await Guarded(key, () => Task.FromResult(FileRename.Into(incoming, destination, options.Mode, !options.CanBeMadeAgain)));
            return new PutResult(placed, placed ? written : 0);
        }
        finally
        {
            await Guarded(key, () =>
            {
                File.Delete(incoming);
                return Task.FromResult(true);
            });
        }
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct) => Guarded(key, () =>
    {
        ct.ThrowIfCancellationRequested();
        var file = new FileInfo(_paths.FileOf(key));
        if (!file.Exists)
            RequireVolume();
        return Task.FromResult(file.Exists ? new ObjectInfo(file.Length, Utc(file.LastWriteTimeUtc), MediaTypes.OfKey(key), StorageTier.Hot) : null);
    });

    public Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct) => Guarded(fromKey, () =>
    {
        ct.ThrowIfCancellationRequested();
        var source = _paths.FileOf(fromKey);
        var destination = _paths.FileOf(toKey);
        if (!File.Exists(source))
        {
            RequireVolume();
            return Task.FromResult(false);
        }

        try
        {
            FileRename.Into(source, destination, PutMode.Overwrite);
        }
        catch (FileNotFoundException)
        {
            // Another mover was first.
            return Task.FromResult(false);
        }

        DurableDirectory.Flush(Path.GetDirectoryName(source)!);
        PruneAbove(source);
        return Task.FromResult(true);
    });

    public async Task<bool> CopyAsync(string fromKey, string toKey, CancellationToken ct)
    {
        await using var source = await OpenAsync(fromKey, null, ct);
        return source is not null && (await PutAsync(toKey, source.Content, new PutOptions("application/octet-stream"), ct)).Written;
    }

    public Task<bool> DeleteAsync(string key, CancellationToken ct) => Guarded(key, () =>
    {
        ct.ThrowIfCancellationRequested();
        var path = _paths.FileOf(key);
        if (!File.Exists(path))
        {
            RequireVolume();
            return Task.FromResult(false);
        }

        File.Delete(path);
        PruneAbove(path);
        return Task.FromResult(true);
    });

    public string? LocalPathOf(string key) => _paths.FileOf(key);

    public IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken ct) => ListAfterAsync(prefix, null, ct);

    /// <summary>In the order of folders and names on the disk, which is not that of keys.</summary>
    public async IAsyncEnumerable<ObjectListing> ListAfterAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken ct)
    {
        await CheckAsync(ct);
        foreach (var folder in _paths.FoldersOf(prefix))
        {
            string[] begin = after is null ? [] : Path.GetRelativePath(folder, _paths.FileOf(after)).Split(Path.DirectorySeparatorChar);
            foreach (var file in FileWalk.Files(folder, begin))
            {
                ct.ThrowIfCancellationRequested();
                if (_paths.KeyOf(file.FullName) is { } key && key.StartsWith(prefix, StringComparison.Ordinal) && Describe(key, file) is { } listing)
                    yield return listing;
            }
        }
    }

    /// <summary>Files have no storage classes.</summary>
    public Task SetTierAsync(string key, StorageTier tier, CancellationToken ct) => Task.CompletedTask;

    /// <summary>Nobody can PUT to a folder; the Api makes a signed URL of its own instead.</summary>
    public Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct) =>
        Task.FromResult<PresignedPut?>(null);

    public Task CheckAsync(CancellationToken ct) => Guarded("(check)", () =>
    {
        ct.ThrowIfCancellationRequested();
        RequireVolume();
        return Task.FromResult(true);
    });

    public Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken ct) => Guarded("(sweep)", () =>
    {
        var removed = 0;
        foreach (var file in new DirectoryInfo(_paths.Incoming).EnumerateFiles().Where(file => Utc(file.LastWriteTimeUtc) < olderThan))
        {
            ct.ThrowIfCancellationRequested();
            file.Delete();
            removed++;
        }

        return Task.FromResult(removed);
    });

    /// <summary>A volume that is gone holds no file, which must not be taken for an object that does not exist.</summary>
    private void RequireVolume()
    {
        if (!Directory.Exists(_paths.Incoming))
            throw new DirectoryNotFoundException($"'{_paths.Incoming}' is gone: is the volume mounted?");
    }

    private static DateTimeOffset Utc(DateTime time) => new(time, TimeSpan.Zero);

    private static ObjectListing? Describe(string key, FileInfo file)
    {
        try
        {
            return new ObjectListing(key, file.Length, Utc(file.LastWriteTimeUtc));
        }
        catch (FileNotFoundException)
        {
            // Removed between being named and being looked at.
            return null;
        }
    }

    /// <summary>
    /// Writes a file and flushes it where it must last. What reading the content throws passes as it is: that is the sender's failure, not the store's.
    /// </summary>
    private static async Task<long> WriteAsync(string key, string path, Stream content, bool isDurable, CancellationToken ct)
    {
        await using var file = await Guarded(key, () =>
            Task.FromResult(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous)));
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            long written = 0;
            int read;
            while ((read = await content.ReadAsync(buffer, ct)) > 0)
            {
                var chunk = buffer.AsMemory(0, read);
                written += await Guarded(key, async () =>
                {
                    await file.WriteAsync(chunk, ct);
                    return chunk.Length;
                });
            }

            return await Guarded(key, () =>
            {
                file.Flush(flushToDisk: isDurable);
                return Task.FromResult(written);
            });
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void PruneAbove(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null && folder.Length > _paths.Root.Length; folder = Path.GetDirectoryName(folder))
        {
            try
            {
                Directory.Delete(folder, recursive: false);
            }
            catch (Exception occupied) when (occupied is IOException or UnauthorizedAccessException)
            {
                return;
            }
        }
    }

    private static async Task<T> Guarded<T>(string key, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw FileStoreErrors.Explain("use", key, problem);
        }
    }
}
