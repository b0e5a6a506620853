using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;

using Azure;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Sas;

namespace ImageService.Core.Storage;

/// <summary>
/// Azure Blob Storage. Blobs above one part go as blocks that become a blob when they are committed; blocks of an upload that died belong to no blob and
/// are dropped by
/// the service after a week. Tiers are Hot, Cool and Cold; never Archive, which cannot be read at once.
/// </summary>
internal sealed class AzureObjectStore : IObjectStore
{
    public const string ProviderName = "azure";

    private const int DeletesAtOnce = 16;
    private readonly BlobServiceClient _service;
    private readonly BlobContainerClient _container;
    private readonly StoreOptions _options;
    private readonly TimeProvider _time;

    public AzureObjectStore(StoreOptions options, TimeProvider time, BlobClientOptions? client = null)
    {
        (_options, _time) = (options, time);
        client ??= new BlobClientOptions();
        client.EncryptionScope = options.EncryptionKeyId;
        client.Retry.NetworkTimeout = options.Timeout * 4;
        client.Retry.MaxRetries = 2;
        client.Retry.MaxDelay = options.Timeout;
        client.Diagnostics.IsLoggingContentEnabled = false;
        _service = options.ConnectionString is { } connection && !Uri.IsWellFormedUriString(connection, UriKind.Absolute)
            ? new BlobServiceClient(connection, client)
            : new BlobServiceClient(new Uri(options.ConnectionString ?? options.ServiceUrl!), new DefaultAzureCredential(), client);
        _container = _service.GetBlobContainerClient(options.Container);
    }

    public string Provider => ProviderName;

    public Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct) => Guarded("read", key, async () =>
    {
        if (range is { Length: 0 })
            return await EmptyAsync(key, ct);
        try
        {
            var download = new BlobDownloadOptions { Range = range is { } part ? new HttpRange(part.Offset, part.Length) : default };
            var response = (await Blob(key).DownloadStreamingAsync(download, ct)).Value;
            var details = response.Details;
            var size = range is null ? details.ContentLength : TotalOf(details.ContentRange) ?? details.ContentLength;
            var info = new ObjectInfo(size, details.LastModified, details.ContentType, StorageTier.Hot)
            { Md5 = Md5Of(range is null ? details.ContentHash : null) };
            return new StoredObject(new StoreStream(response.Content, details.ContentLength, response, key), info);
        }
        catch (RequestFailedException beyond) when (beyond.Status == (int)HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return await EmptyAsync(key, ct);
        }
        catch (RequestFailedException absent) when (IsAbsent(absent))
        {
            return null;
        }
    }, ct);

    public async Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct)
    {
        using var part = new PartBuffer();
        await part.FillAsync(content, ct);
        try
        {
            return part.IsFull ? await PutBlocksAsync(key, part, content, options, ct) : await PutWholeAsync(key, part, options, ct);
        }
        catch (RequestFailedException taken) when (options.Mode is PutMode.Create
            && taken.Status is (int)HttpStatusCode.Conflict or (int)HttpStatusCode.PreconditionFailed)
        {
            return default;
        }
        catch (Exception problem) when (!part.SourceFailed && IsStoreFailure(problem, ct))
        {
            throw Explain("write", key, problem);
        }
    }

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct) => Guarded("look for", key, async () =>
    {
        try
        {
            var properties = (await Blob(key).GetPropertiesAsync(cancellationToken: ct)).Value;
            return new ObjectInfo(properties.ContentLength, properties.LastModified, properties.ContentType, TierOf(properties.AccessTier))
            { Md5 = Md5Of(properties.ContentHash) };
        }
        catch (RequestFailedException absent) when (IsAbsent(absent))
        {
            return null;
        }
    }, ct);

    public async Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct) =>
        await CopyAsync(fromKey, toKey, ct) && await DeleteAsync(fromKey, ct) | true;

    public Task<bool> CopyAsync(string fromKey, string toKey, CancellationToken ct) => Guarded("copy", fromKey, async () =>
    {
        try
        {
            var copy = await Blob(toKey).StartCopyFromUriAsync(Blob(fromKey).Uri, new BlobCopyFromUriOptions { AccessTier = AccessTier.Hot }, ct);
            await copy.WaitForCompletionAsync(ct);
            return true;
        }
        catch (RequestFailedException absent) when (IsAbsent(absent))
        {
            return false;
        }
    }, ct);

    public Task<bool> DeleteAsync(string key, CancellationToken ct) =>
        Guarded("delete", key, async () => (await Blob(key).DeleteIfExistsAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: ct)).Value, ct);

    public Task DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken ct) =>
        Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = DeletesAtOnce, CancellationToken = ct },
            async (key, token) => await DeleteAsync(key, token));

    public async IAsyncEnumerable<ObjectListing> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var blobs = _container.GetBlobsAsync(new GetBlobsOptions { Prefix = prefix }, ct).GetAsyncEnumerator(ct);
        while (await Guarded("list", prefix, () => blobs.MoveNextAsync().AsTask(), ct))
            yield return new ObjectListing(blobs.Current.Name, blobs.Current.Properties.ContentLength ?? 0,
                blobs.Current.Properties.LastModified ?? DateTimeOffset.MinValue);
    }

    public Task SetTierAsync(string key, StorageTier tier, CancellationToken ct) =>
        Guarded("change the tier of", key, () => Blob(key).SetAccessTierAsync(Tier(tier), cancellationToken: ct), ct);

    public async Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct)
    {
        var url = await PresignAsync(key, BlobSasPermissions.Create | BlobSasPermissions.Write, validFor, ct);
        return new PresignedPut(url,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["Content-Type"] = contentType, ["x-ms-blob-type"] = "BlockBlob" });
    }

    public async Task<Uri?> PresignGetAsync(string key, TimeSpan validFor, CancellationToken ct) =>
        await PresignAsync(key, BlobSasPermissions.Read, validFor, ct);

    public Task CheckAsync(CancellationToken ct) => Guarded("look at", _container.Name, () => _container.GetPropertiesAsync(cancellationToken: ct), ct);

    private BlockBlobClient Blob(string key) => _container.GetBlockBlobClient(key);

    private async Task<PutResult> PutWholeAsync(string key, PartBuffer part, PutOptions options, CancellationToken ct)
    {
        await using var body = part.Open();
        await Blob(key).UploadAsync(
            body,
            new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = options.ContentType, ContentHash = part.Md5() },
                AccessTier = Tier(options.Tier),
                Conditions = ConditionsOf(options),
                TransferOptions = new StorageTransferOptions { InitialTransferSize = PartBuffer.PartBytes, MaximumTransferSize = PartBuffer.PartBytes },
                TransferValidation = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5 },
            },
            ct);
        return new PutResult(true, part.Length);
    }

    private async Task<PutResult> PutBlocksAsync(string key, PartBuffer part, Stream content, PutOptions options, CancellationToken ct)
    {
        // Ids of one length, unlike those of another upload to the same key.
        var (blob, upload, blocks, size) = (Blob(key), Guid.CreateVersion7(), new List<string>(), 0L);
        while (part.Length > 0)
        {
            var id = Convert.ToBase64String([.. upload.ToByteArray(), .. BitConverter.GetBytes(blocks.Count)]);
            await using (var body = part.Open())
            {
                var check = new UploadTransferValidationOptions { ChecksumAlgorithm = StorageChecksumAlgorithm.MD5, PrecalculatedChecksum = part.Md5() };
                await blob.StageBlockAsync(id, body, new BlockBlobStageBlockOptions { TransferValidation = check }, ct);
            }

            blocks.Add(id);
            size += part.Length;
            if (!part.IsFull)
                break;
            await part.FillAsync(content, ct);
        }

        await blob.CommitBlockListAsync(
            blocks,
            new CommitBlockListOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = options.ContentType }, AccessTier = Tier(options.Tier),
                Conditions = ConditionsOf(options)
            },
            ct);
        return new PutResult(true, size);
    }

    private async Task<Uri> PresignAsync(string key, BlobSasPermissions permissions, TimeSpan validFor, CancellationToken ct)
    {
        var (blob, now) = (Blob(key), _time.GetUtcNow());
        var sas = new BlobSasBuilder(permissions, now + validFor) { BlobContainerName = _container.Name, BlobName = key, Resource = "b" };
        if (blob.CanGenerateSasUri)
            return blob.GenerateSasUri(sas);
        var delegation = await Guarded("sign for", key, () => _service.GetUserDelegationKeyAsync(now.AddMinutes(-5), now + validFor, ct), ct);
        return new BlobUriBuilder(blob.Uri) { Sas = sas.ToSasQueryParameters(delegation.Value, _service.AccountName) }.ToUri();
    }

    private async Task<StoredObject?> EmptyAsync(string key, CancellationToken ct) =>
        await HeadAsync(key, ct) is { } info ? new StoredObject(Stream.Null, info) : null;

    private static BlobRequestConditions? ConditionsOf(PutOptions options) =>
        options.Mode is PutMode.Create ? new BlobRequestConditions { IfNoneMatch = ETag.All } : null;

    private AccessTier Tier(StorageTier tier) => tier switch
    {
        StorageTier.Hot => AccessTier.Hot,
        StorageTier.Warm => new AccessTier(_options.WarmClass ?? "Cool"),
        StorageTier.Cold => new AccessTier(_options.ColdClass ?? "Cold"),
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };

    private StorageTier TierOf(string? tier) =>
        tier == (_options.ColdClass ?? "Cold") ? StorageTier.Cold : tier == (_options.WarmClass ?? "Cool") ? StorageTier.Warm : StorageTier.Hot;

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

    private static bool IsAbsent(RequestFailedException problem) =>
        problem.Status == (int)HttpStatusCode.NotFound && problem.ErrorCode != BlobErrorCode.ContainerNotFound;

    private static bool IsStoreFailure(Exception problem, CancellationToken ct) =>
        RemoteFailure.Is(problem, ct) || problem is RequestFailedException or AuthenticationFailedException or AggregateException;

    /// <summary>Status and code only: the service's own text may quote the request.</summary>
    private static ObjectStoreException Explain(string verb, string key, Exception problem) => new(
        problem is RequestFailedException { Status: > 0 } refused
            ? string.Create(CultureInfo.InvariantCulture, $"The Azure store refuses to {verb} '{key}': {refused.Status} {refused.ErrorCode}.")
            : $"The Azure store does not answer ({verb} '{key}').",
        problem)
    { IsRefusal = problem is RequestFailedException { Status: >= 400 and < 500 } };

    private static long? TotalOf(string? contentRange) =>
        contentRange?.Split('/') is [_, var total] && long.TryParse(total, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;

    private static string? Md5Of(byte[]? hash) => hash is { Length: 16 } ? Convert.ToHexStringLower(hash) : null;
}
