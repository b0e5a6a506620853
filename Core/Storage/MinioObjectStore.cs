using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

using Minio;
using Minio.DataModel.Args;
using Minio.DataModel.Encryption;

namespace ImageService.Core.Storage;

/// <summary>
/// MinIO and what speaks its protocol, by the Minio client. That client knows no conditional put, so a creator looks first; no storage classes, so every
/// object is hot; and it wants to know how long a large object is before it sends the first part, so what is longer than a part waits in a temporary file.
/// </summary>
internal sealed class MinioObjectStore : IObjectStore, IDisposable
{
    public const string ProviderName = "minio";

    private const int MostKeysPerDelete = 1000;
    private const string DefaultRegion = "us-east-1";
    private static readonly TimeSpan LongestPresigned = TimeSpan.FromDays(7);

    private readonly HttpClient _http;
    private readonly IMinioClient _client;
    private readonly StoreOptions _options;
    private readonly string _bucket;

    public MinioObjectStore(StoreOptions options)
    {
        (_options, _bucket) = (options, options.Bucket!);
        var server = new Uri(options.ServiceUrl!);
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = options.Timeout, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = options.Timeout * 4,
        };

        // With a region the client does not ask the server for one.
        _client = new MinioClient()
            .WithEndpoint(server.Host, server.Port)
            .WithSSL(server.Scheme == Uri.UriSchemeHttps)
            .WithRegion(options.Region ?? DefaultRegion)
            .WithCredentials(options.AccessKey, options.SecretKey)
            .WithHttpClient(_http)
            .Build();
    }

    public string Provider => ProviderName;

    public bool CreatesAtomically => false;

    /// <summary>
    /// By a presigned URL: the client's own read asks for the head first and pushes the body into a callback, where this hands out a stream after one request.
    /// </summary>
    public Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct) => Guarded("read", key, async () =>
    {
        if (range is { Length: 0 })
            return await EmptyAsync(key, ct);
        using var request = new HttpRequestMessage(HttpMethod.Get, await PresignGetAsync(key, TimeSpan.FromMinutes(5), ct));
        if (range is { } part)
            request.Headers.Range = new RangeHeaderValue(part.Offset, part.Offset + part.Length - 1);
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (response.IsSuccessStatusCode)
        {
            var body = await response.Content.ReadAsStreamAsync(ct);
            return new StoredObject(new StoreStream(body, response.Content.Headers.ContentLength ?? 0, response, key), InfoOf(response));
        }

        using (response)
        {
            return response.StatusCode switch
            {
                HttpStatusCode.NotFound when !await MinioErrors.IsOfBucketAsync(response, ct) => null,
                HttpStatusCode.RequestedRangeNotSatisfiable => await EmptyAsync(key, ct),
                var status => throw MinioErrors.Refused("read", key, status, null),
            };
        }
    }, ct);

    public async Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct)
    {
        using var part = new PartBuffer();
        await part.FillAsync(content, ct);
        if (options.Mode is PutMode.Create && await HeadAsync(key, ct) is not null)
            return default;
        if (!part.IsFull)
            return await PutAsync(key, part.Open(), part.Length, options, ct);
        await using var file = await SpoolAsync(part, content, ct);
        try
        {
            return await PutAsync(key, file, file.Length, options, ct);
        }
        catch (Exception)
        {
            await AbortAsync(key);
            throw;
        }
    }

    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct)
    {
        try
        {
            var head = await _client.StatObjectAsync(new StatObjectArgs().WithBucket(_bucket).WithObject(key), ct);
            return new ObjectInfo(head.Size, Utc(head.LastModified), head.ContentType, StorageTier.Hot) { Md5 = Md5Of(head.ETag) };
        }
        catch (Exception absent) when (MinioErrors.IsAbsent(absent))
        {
            return null;
        }
        catch (Exception problem) when (MinioErrors.IsStoreFailure(problem, ct))
        {
            throw MinioErrors.Explain("look for", key, problem);
        }
    }

    public async Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct)
    {
        if (!await CopyAsync(fromKey, toKey, ct))
            return false;
        await RemoveAsync(fromKey, ct);
        return true;
    }

    public async Task<bool> CopyAsync(string fromKey, string toKey, CancellationToken ct)
    {
        var source = new CopySourceObjectArgs().WithBucket(_bucket).WithObject(fromKey);
        var copy = new CopyObjectArgs().WithBucket(_bucket).WithObject(toKey).WithCopyObjectSource(source);
        try
        {
            await _client.CopyObjectAsync(Encryption is { } encryption ? copy.WithServerSideEncryption(encryption) : copy, ct);
            return true;
        }
        catch (Exception absent) when (MinioErrors.IsAbsent(absent))
        {
            return false;
        }
        catch (Exception problem) when (MinioErrors.IsStoreFailure(problem, ct))
        {
            throw MinioErrors.Explain("copy", fromKey, problem);
        }
    }

    /// <summary>The server does not say whether there was something to delete, so it is asked before.</summary>
    public async Task<bool> DeleteAsync(string key, CancellationToken ct)
    {
        if (await HeadAsync(key, ct) is null)
            return false;
        await RemoveAsync(key, ct);
        return true;
    }

    public async Task DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken ct)
    {
        foreach (var batch in keys.Chunk(MostKeysPerDelete))
        {
            var args = new RemoveObjectsArgs().WithBucket(_bucket).WithObjects(batch);
            var refused = await Guarded("delete", batch[0], () => _client.RemoveObjectsAsync(args, ct), ct);
            if (refused is { Count: > 0 })
                throw new ObjectStoreException($"The MinIO store refuses to delete {refused.Count} objects: {refused[0].Code}.") { IsRefusal = true };
        }
    }

    public async IAsyncEnumerable<ObjectListing> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        var args = new ListObjectsArgs().WithBucket(_bucket).WithPrefix(prefix).WithRecursive(true);
        await using var items = _client.ListObjectsEnumAsync(args, ct).GetAsyncEnumerator(ct);
        while (await Guarded("list", prefix, () => items.MoveNextAsync().AsTask(), ct))
            yield return new ObjectListing(items.Current.Key, (long)items.Current.Size, Utc(items.Current.LastModifiedDateTime));
    }

    public Task SetTierAsync(string key, StorageTier tier, CancellationToken ct) => Task.CompletedTask;

    public async Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct)
    {
        var url = await _client.PresignedPutObjectAsync(new PresignedPutObjectArgs().WithBucket(_bucket).WithObject(key).WithExpiry(Seconds(validFor)));
        return new PresignedPut(new Uri(url), new Dictionary<string, string>(StringComparer.Ordinal) { ["Content-Type"] = contentType });
    }

    public async Task<Uri?> PresignGetAsync(string key, TimeSpan validFor, CancellationToken ct) =>
        new(await _client.PresignedGetObjectAsync(new PresignedGetObjectArgs().WithBucket(_bucket).WithObject(key).WithExpiry(Seconds(validFor))));

    /// <summary>Removes unfinished uploads whose process died: their parts take room and belong to no object.</summary>
    public async Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken ct)
    {
        List<string> dead = [];
        var args = new ListIncompleteUploadsArgs().WithBucket(_bucket).WithRecursive(true);
        await using var uploads = _client.ListIncompleteUploadsEnumAsync(args, ct).GetAsyncEnumerator(ct);
        while (await Guarded("list uploads", "", () => uploads.MoveNextAsync().AsTask(), ct))
        {
            if (DateTimeOffset.TryParse(uploads.Current.Initiated, CultureInfo.InvariantCulture, out var began) && began < olderThan)
                dead.Add(uploads.Current.Key);
        }

        foreach (var key in dead)
            await Guarded("abort", key, () => Done(_client.RemoveIncompleteUploadAsync(Unfinished(key), ct)), ct);
        return dead.Count;
    }

    public async Task CheckAsync(CancellationToken ct)
    {
        if (!await Guarded("look into", _bucket, () => _client.BucketExistsAsync(new BucketExistsArgs().WithBucket(_bucket), ct), ct))
            throw MinioErrors.Refused("look into", _bucket, HttpStatusCode.NotFound, null);
    }

    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
    }

    private IServerSideEncryption? Encryption => _options.EncryptionKeyId is { } key ? new SSEKMS(key) : null;

    private static int Seconds(TimeSpan time) => (int)Math.Clamp(time.TotalSeconds, 1, LongestPresigned.TotalSeconds);

    /// <summary>The whole content in a file that is gone when it is closed, from its beginning.</summary>
    private static async Task<FileStream> SpoolAsync(PartBuffer first, Stream rest, CancellationToken ct)
    {
        var file = new FileStream(
            Path.Combine(Path.GetTempPath(), $"imageservice-put-{Guid.CreateVersion7():n}"),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None,
                Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous,
            });
        try
        {
            await using (var begin = first.Open())
                await begin.CopyToAsync(file, ct);
            await rest.CopyToAsync(file, ct);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private async Task<PutResult> PutAsync(string key, Stream body, long length, PutOptions options, CancellationToken ct)
    {
        var put = new PutObjectArgs().WithBucket(_bucket).WithObject(key).WithStreamData(body).WithObjectSize(length).WithContentType(options.ContentType);
        await Guarded("write", key, () => _client.PutObjectAsync(Encryption is { } encryption ? put.WithServerSideEncryption(encryption) : put, ct), ct);
        return new PutResult(true, length);
    }

    private Task<bool> RemoveAsync(string key, CancellationToken ct) =>
        Guarded("delete", key, () => Done(_client.RemoveObjectAsync(new RemoveObjectArgs().WithBucket(_bucket).WithObject(key), ct)), ct);

    private RemoveIncompleteUploadArgs Unfinished(string key) => new RemoveIncompleteUploadArgs().WithBucket(_bucket).WithObject(key);

    /// <summary>The failure that led here is what the caller gets; an upload that cannot be removed now is swept later.</summary>
    private async Task AbortAsync(string key)
    {
        using var patience = new CancellationTokenSource(_options.Timeout);
        try
        {
            await _client.RemoveIncompleteUploadAsync(Unfinished(key), patience.Token);
        }
        catch (Exception problem) when (MinioErrors.IsStoreFailure(problem, CancellationToken.None) || problem is OperationCanceledException)
        {
            System.Diagnostics.Activity.Current?.AddEvent(new System.Diagnostics.ActivityEvent("multipart upload left for the sweep"));
        }
    }

    private async Task<StoredObject?> EmptyAsync(string key, CancellationToken ct) =>
        await HeadAsync(key, ct) is { } info ? new StoredObject(Stream.Null, info) : null;

    private static ObjectInfo InfoOf(HttpResponseMessage response)
    {
        var headers = response.Content.Headers;
        var size = headers.ContentRange?.Length ?? headers.ContentLength ?? 0;
        var written = headers.LastModified ?? DateTimeOffset.MinValue;
        return new ObjectInfo(size, written, headers.ContentType?.ToString(), StorageTier.Hot) { Md5 = Md5Of(response.Headers.ETag?.Tag) };
    }

    private static async Task<T> Guarded<T>(string verb, string key, Func<Task<T>> call, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (Exception problem) when (MinioErrors.IsStoreFailure(problem, ct))
        {
            throw MinioErrors.Explain(verb, key, problem);
        }
    }

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }

    private static string? Md5Of(string? etag) => etag?.Trim('"') is { Length: 32 } md5 && md5.All(char.IsAsciiHexDigitLower) ? md5 : null;

    private static DateTimeOffset Utc(DateTime? time) =>
        time is { } known ? new DateTimeOffset(known.ToUniversalTime(), TimeSpan.Zero) : DateTimeOffset.MinValue;
}
