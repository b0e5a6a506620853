using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

using Google;
using Google.Apis.Auth.OAuth2;
using Google.Cloud.Storage.V1;

using Object = Google.Apis.Storage.v1.Data.Object;

namespace ImageService.Core.Storage;

/// <summary>
/// Google Cloud Storage. Objects go as resumable uploads in parts, whose session ends unseen and unbilled when it is not finished; the library compares
/// CRC32C with
/// what the service computed. Create only is <c>ifGenerationMatch=0</c>. Every class can be read at once; the colder ones bill 30, 90 and 365 days at least.
/// </summary>
internal sealed class GcsObjectStore : IObjectStore, IDisposable
{
    public const string ProviderName = "gcs";

    private const int DeletesAtOnce = 16;
    private readonly StorageClient _client;
    private readonly UrlSigner? _signer;
    private readonly StoreOptions _options;
    private readonly string _bucket;

    public GcsObjectStore(StoreOptions options)
    {
        (_options, _bucket) = (options, options.Bucket!);
        var builder = new StorageClientBuilder();
        if (options.ServiceUrl is { } url)
            (builder.BaseUri, builder.UnauthenticatedAccess) = ($"{url.TrimEnd('/')}/storage/v1/", true);
        else if (options.CredentialsFile is { } file)
            builder.GoogleCredential = CredentialFactory.FromFile<ServiceAccountCredential>(file).ToGoogleCredential();
        _client = builder.Build();
        _client.Service.HttpClient.Timeout = options.Timeout * 4;
        _signer = options.CredentialsFile is { } account ? UrlSigner.FromCredential(CredentialFactory.FromFile<ServiceAccountCredential>(account)) : null;
    }

    public string Provider => ProviderName;

    public Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct) => Guarded("read", key, async () =>
    {
        if (range is { Length: 0 })
            return await EmptyAsync(key, ct);
        using var request = new HttpRequestMessage(HttpMethod.Get,
            $"{_client.Service.BaseUri}b/{Uri.EscapeDataString(_bucket)}/o/{Uri.EscapeDataString(key)}?alt=media");
        if (range is { } part)
            request.Headers.Range = new RangeHeaderValue(part.Offset, part.Offset + part.Length - 1);
        var response = await _client.Service.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (response.IsSuccessStatusCode)
            return new StoredObject(new StoreStream(await response.Content.ReadAsStreamAsync(ct), response.Content.Headers.ContentLength ?? 0, response, key),
                InfoOf(response));
        var status = response.StatusCode;
        response.Dispose();
        return status switch
        {
            HttpStatusCode.NotFound => null,
            HttpStatusCode.RequestedRangeNotSatisfiable => await EmptyAsync(key, ct),
            _ => throw Refusal("read", key, status, null),
        };
    }, ct);

    public async Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct)
    {
        using var part = new PartBuffer();
        await part.FillAsync(content, ct);
        await using var body = new PartedStream(part, content);
        var target = new Object { Bucket = _bucket, Name = key, ContentType = options.ContentType, StorageClass = ClassOf(options.Tier) };
        if (!part.IsFull)
            target.Md5Hash = Convert.ToBase64String(part.Md5());
        try
        {
            await _client.UploadObjectAsync(
                target,
                body,
                new UploadObjectOptions
                {
                    ChunkSize = PartBuffer.PartBytes, IfGenerationMatch = options.Mode is PutMode.Create ? 0 : null, KmsKeyName = _options.EncryptionKeyId,
                    UploadValidationMode = UploadValidationMode.RejectAndThrow,
                },
                ct);
            return new PutResult(true, body.Count);
        }
        catch (GoogleApiException taken) when (options.Mode is PutMode.Create && taken.HttpStatusCode is HttpStatusCode.PreconditionFailed)
        {
            return default;
        }
        catch (Exception problem) when (body.SourceFailure is { } source && !ReferenceEquals(source, problem))
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(source);
            throw;
        }
        catch (Exception problem) when (body.SourceFailure is null && IsStoreFailure(problem, ct))
        {
            throw Explain("write", key, problem);
        }
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct) => Guarded("look for", key, async () =>
    {
        try
        {
            var found = await _client.GetObjectAsync(_bucket, key, null, ct);
            var md5 = found.Md5Hash is { } hash ? Convert.ToHexStringLower(Convert.FromBase64String(hash)) : null;
            var written = found.UpdatedDateTimeOffset ?? DateTimeOffset.MinValue;
            return new ObjectInfo((long)(found.Size ?? 0), written, found.ContentType, TierOf(found.StorageClass)) { Md5 = md5 };
        }
        catch (GoogleApiException absent) when (absent.HttpStatusCode is HttpStatusCode.NotFound)
        {
            return null;
        }
    }, ct);

    public async Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct)
    {
        if (!await CopyAsync(fromKey, toKey, ct))
            return false;
        await DeleteAsync(fromKey, ct);
        return true;
    }

    public Task<bool> CopyAsync(string fromKey, string toKey, CancellationToken ct) => RewriteAsync(fromKey, toKey, StorageTier.Hot, ct);

    public Task<bool> DeleteAsync(string key, CancellationToken ct) => Guarded("delete", key, async () =>
    {
        try
        {
            await _client.DeleteObjectAsync(_bucket, key, null, ct);
            return true;
        }
        catch (GoogleApiException absent) when (absent.HttpStatusCode is HttpStatusCode.NotFound)
        {
            return false;
        }
    }, ct);

    public Task DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken ct) =>
        Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = DeletesAtOnce, CancellationToken = ct },
            async (key, token) => await DeleteAsync(key, token));

    public IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken ct) => ListAfterAsync(prefix, null, ct);

    public async IAsyncEnumerable<ObjectListing> ListAfterAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var objects = _client.ListObjectsAsync(_bucket, prefix, new ListObjectsOptions { StartOffset = after }).GetAsyncEnumerator(ct);
        while (await Guarded("list", prefix, () => objects.MoveNextAsync().AsTask(), ct))
        {
            // An offset begins with the object itself.
            if (after is not null && string.CompareOrdinal(objects.Current.Name, after) <= 0)
                continue;
            yield return new ObjectListing(objects.Current.Name, (long)(objects.Current.Size ?? 0),
                objects.Current.UpdatedDateTimeOffset ?? DateTimeOffset.MinValue);
        }
    }

    public async Task SetTierAsync(string key, StorageTier tier, CancellationToken ct)
    {
        if (!await RewriteAsync(key, key, tier, ct))
            throw new ObjectStoreException($"There is no object '{key}' whose class could be changed.") { IsRefusal = true };
    }

    /// <summary>Needs a service account's key file: other credentials cannot sign by themselves.</summary>
    public async Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct)
    {
        if (_signer is null)
            return null;
        var template = UrlSigner.RequestTemplate.FromBucket(_bucket).WithObjectName(key).WithHttpMethod(HttpMethod.Put)
            .WithContentHeaders([new KeyValuePair<string, IEnumerable<string>>("Content-Type", [contentType])]);
        var url = await _signer.SignAsync(template, UrlSigner.Options.FromDuration(validFor), ct);
        return new PresignedPut(new Uri(url), new Dictionary<string, string>(StringComparer.Ordinal) { ["Content-Type"] = contentType });
    }

    public async Task<Uri?> PresignGetAsync(string key, TimeSpan validFor, CancellationToken ct) =>
        _signer is null ? null : new Uri(await _signer.SignAsync(_bucket, key, validFor, HttpMethod.Get, cancellationToken: ct));

    public Task CheckAsync(CancellationToken ct) =>
        Guarded("list", _bucket, async () => await _client.ListObjectsAsync(_bucket, null, new ListObjectsOptions { PageSize = 1 }).ReadPageAsync(1, ct), ct);

    public void Dispose() => _client.Dispose();

    /// <summary>The service copies large objects in several calls.</summary>
    private Task<bool> RewriteAsync(string fromKey, string toKey, StorageTier tier, CancellationToken ct) => Guarded("copy", fromKey, async () =>
    {
        try
        {
            var request = _client.Service.Objects.Rewrite(new Object { StorageClass = ClassOf(tier) }, _bucket, fromKey, _bucket, toKey);
            request.DestinationKmsKeyName = _options.EncryptionKeyId;
            while (await request.ExecuteAsync(ct) is { Done: not true } partly)
                request.RewriteToken = partly.RewriteToken;
            return true;
        }
        catch (GoogleApiException absent) when (absent.HttpStatusCode is HttpStatusCode.NotFound)
        {
            return false;
        }
    }, ct);

    private async Task<StoredObject?> EmptyAsync(string key, CancellationToken ct) =>
        await HeadAsync(key, ct) is { } info ? new StoredObject(Stream.Null, info) : null;

    private ObjectInfo InfoOf(HttpResponseMessage response)
    {
        var (headers, content) = (response.Headers, response.Content.Headers);
        var storageClass = headers.TryGetValues("x-goog-storage-class", out var classes) ? classes.First() : null;
        return new ObjectInfo(content.ContentRange?.Length ?? content.ContentLength ?? 0, content.LastModified ?? DateTimeOffset.MinValue,
            content.ContentType?.ToString(), TierOf(storageClass));
    }

    private string ClassOf(StorageTier tier) => tier switch
    {
        StorageTier.Hot => "STANDARD",
        StorageTier.Warm => _options.WarmClass ?? "NEARLINE",
        StorageTier.Cold => _options.ColdClass ?? "COLDLINE",
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };

    private StorageTier TierOf(string? storageClass) =>
        storageClass == (_options.ColdClass ?? "COLDLINE")
            ? StorageTier.Cold : storageClass == (_options.WarmClass ?? "NEARLINE") ? StorageTier.Warm : StorageTier.Hot;

    private static async Task<T> Guarded<T>(string verb, string key, Func<Task<T>> call, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (Exception problem) when (IsStoreFailure(problem, ct))
        {
            throw Explain(verb, key, problem);
        }
    }

    private static bool IsStoreFailure(Exception problem, CancellationToken ct) =>
        RemoteFailure.Is(problem, ct) || problem is GoogleApiException or Google.Apis.Auth.OAuth2.Responses.TokenResponseException;

    private static ObjectStoreException Explain(string verb, string key, Exception problem) =>
        problem is GoogleApiException { HttpStatusCode: >= HttpStatusCode.Continue } refused
        ? Refusal(verb, key, refused.HttpStatusCode, problem)
        : new ObjectStoreException($"The GCS store does not answer ({verb} '{key}').", problem);

    /// <summary>The status only: the service's own text may quote the request.</summary>
    private static ObjectStoreException Refusal(string verb, string key, HttpStatusCode status, Exception? problem) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The GCS store refuses to {verb} '{key}': {(int)status}."), problem)
        {
            IsRefusal = status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError,
        };
}
