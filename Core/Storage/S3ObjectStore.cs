using System.Globalization;
using System.Net;

using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace ImageService.Core.Storage;

/// <summary>
/// Amazon S3 and the servers that speak its protocol, told apart by <see cref="S3Profile"/>. Objects above one part go as a multipart upload, which is aborted when
/// it fails and swept when its process died. Storage classes are named by the profile or the options; one that needs a restore must not be named.
/// </summary>
internal sealed partial class S3ObjectStore : IObjectStore, IDisposable
{
    public const string ProviderName = "s3";

    private const int MostKeysPerDelete = 1000;
    private static readonly TimeSpan LongestPresigned = TimeSpan.FromDays(7);

    private readonly AmazonS3Client _client;
    private readonly string _bucket;
    private readonly StoreOptions _options;
    private readonly S3Profile _profile;
    private readonly TimeProvider _time;
    private readonly bool _signPayload;

    public S3ObjectStore(StoreOptions options, TimeProvider time)
    {
        (_options, _profile, _bucket, _time) = (options, S3Profile.All[options.Profile], options.Bucket!, time);
        _signPayload = options.SignPayload ?? _profile.SignPayload;
        var checksums = options.Checksums ?? _profile.Checksums;
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle ?? _profile.PathStyle,
            RequestChecksumCalculation = checksums ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = checksums ? ResponseChecksumValidation.WHEN_SUPPORTED : ResponseChecksumValidation.WHEN_REQUIRED,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = 2,
            ConnectTimeout = options.Timeout,
            Timeout = options.Timeout * 4,
        };
        if (options.ServiceUrl is { } url)
        {
            config.ServiceURL = url;
            config.UseHttp = url.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
        }

        if ((options.Region ?? _profile.Region) is { } region)
        {
            if (options.ServiceUrl is null)
                config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            else
                config.AuthenticationRegion = region;
        }

        _client = options.AccessKey is { } access ? new AmazonS3Client(new BasicAWSCredentials(access, options.SecretKey), config) : new AmazonS3Client(config);
    }

    public string Provider => ProviderName;

    /// <summary>Whether <see cref="PutMode.Create"/> is decided by the server. The probe at start may find otherwise.</summary>
    public bool CreatesAtomically { get; set; } = true;

    public async Task<StoredObject?> OpenAsync(string key, ByteRange? range, CancellationToken ct)
    {
        var request = new GetObjectRequest { BucketName = _bucket, Key = key };
        if (range is { } part)
        {
            if (part.Length == 0)
                return await EmptyAsync(key, ct);
            request.ByteRange = new Amazon.S3.Model.ByteRange(string.Create(CultureInfo.InvariantCulture, $"bytes={part.Offset}-{part.Offset + part.Length - 1}"));
        }

        try
        {
            var found = await _client.GetObjectAsync(request, ct);
            var size = range is null ? found.ContentLength : TotalOf(found.ContentRange) ?? found.ContentLength;
            var info = new ObjectInfo(size, Utc(found.LastModified), found.Headers.ContentType, TierOf(found.StorageClass)) { Md5 = Md5Of(found.ETag) };
            return new StoredObject(new StoreStream(found.ResponseStream, found.ContentLength, found, key), info);
        }
        catch (AmazonS3Exception absent) when (S3Errors.IsAbsent(absent))
        {
            return null;
        }
        catch (AmazonS3Exception beyond) when (beyond.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return await EmptyAsync(key, ct);
        }
        catch (Exception problem) when (S3Errors.IsStoreFailure(problem, ct))
        {
            throw S3Errors.Explain("read", key, problem);
        }
    }

    public async Task<PutResult> PutAsync(string key, Stream content, PutOptions options, CancellationToken ct)
    {
        using var part = new PartBuffer();
        await part.FillAsync(content, ct);
        if (options.Mode is PutMode.Create && !CreatesAtomically && await HeadAsync(key, ct) is not null)
            return default;
        try
        {
            return await new S3Upload(_client, _options, key, options, ClassOf(options.Tier), _signPayload, options.Mode is PutMode.Create && CreatesAtomically).RunAsync(part, content, ct);
        }
        catch (AmazonS3Exception taken) when (options.Mode is PutMode.Create && taken.StatusCode is HttpStatusCode.PreconditionFailed)
        {
            return default;
        }
        catch (AmazonS3Exception race) when (options.Mode is PutMode.Create && race.StatusCode is HttpStatusCode.Conflict)
        {
            // Two creators at once: the other one has it, or will when its answer comes.
            return default;
        }
        catch (Exception problem) when (!part.SourceFailed && S3Errors.IsStoreFailure(problem, ct))
        {
            throw S3Errors.Explain("write", key, problem);
        }
    }

    public async Task<ObjectInfo?> HeadAsync(string key, CancellationToken ct)
    {
        try
        {
            var head = await _client.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = _bucket, Key = key }, ct);
            return new ObjectInfo(head.ContentLength, Utc(head.LastModified), head.Headers.ContentType, TierOf(head.StorageClass)) { Md5 = Md5Of(head.ETag) };
        }
        catch (AmazonS3Exception absent) when (S3Errors.IsAbsent(absent))
        {
            return null;
        }
        catch (Exception problem) when (S3Errors.IsStoreFailure(problem, ct))
        {
            throw S3Errors.Explain("look for", key, problem);
        }
    }

    public async Task<bool> MoveAsync(string fromKey, string toKey, CancellationToken ct)
    {
        if (!await CopyAsync(fromKey, toKey, ct))
            return false;
        await Guarded("delete", fromKey, () => _client.DeleteObjectAsync(_bucket, fromKey, ct), ct);
        return true;
    }

    public Task<bool> CopyAsync(string fromKey, string toKey, CancellationToken ct) => CopyAsync(fromKey, toKey, null, ct);

    /// <summary>S3 does not say whether there was something to delete, so it is asked before.</summary>
    public async Task<bool> DeleteAsync(string key, CancellationToken ct)
    {
        if (await HeadAsync(key, ct) is null)
            return false;
        await Guarded("delete", key, () => _client.DeleteObjectAsync(_bucket, key, ct), ct);
        return true;
    }

    public async Task DeleteManyAsync(IReadOnlyCollection<string> keys, CancellationToken ct)
    {
        foreach (var batch in keys.Chunk(MostKeysPerDelete))
        {
            var request = new DeleteObjectsRequest { BucketName = _bucket, Quiet = true, Objects = [.. batch.Select(key => new KeyVersion { Key = key })] };
            await Guarded("delete", batch[0], () => _client.DeleteObjectsAsync(request, ct), ct);
        }
    }

    public async Task SetTierAsync(string key, StorageTier tier, CancellationToken ct)
    {
        if (WarmClass is null && ColdClass is null)
            return;
        if (!await CopyAsync(key, key, ClassOf(tier) ?? S3StorageClass.Standard, ct))
            throw new ObjectStoreException($"There is no object '{key}' whose class could be changed.");
    }

    public async Task<PresignedPut?> PresignPutAsync(string key, string contentType, long maxBytes, TimeSpan validFor, CancellationToken ct)
    {
        var url = await PresignAsync(HttpVerb.PUT, key, contentType, validFor);
        return new PresignedPut(url, new Dictionary<string, string>(StringComparer.Ordinal) { ["Content-Type"] = contentType });
    }

    public async Task<Uri?> PresignGetAsync(string key, TimeSpan validFor, CancellationToken ct) => await PresignAsync(HttpVerb.GET, key, null, validFor);

    /// <summary>Aborts multipart uploads whose process died: their parts are billed and belong to no object.</summary>
    public async Task<int> SweepAsync(DateTimeOffset olderThan, CancellationToken ct)
    {
        var aborted = 0;
        var request = new ListMultipartUploadsRequest { BucketName = _bucket };
        ListMultipartUploadsResponse page;
        do
        {
            page = await Guarded("list uploads", "", () => _client.ListMultipartUploadsAsync(request, ct), ct);
            foreach (var upload in (page.MultipartUploads ?? []).Where(upload => Utc(upload.Initiated) < olderThan))
            {
                await Guarded("abort", upload.Key, () => _client.AbortMultipartUploadAsync(_bucket, upload.Key, upload.UploadId, ct), ct);
                aborted++;
            }

            (request.KeyMarker, request.UploadIdMarker) = (page.NextKeyMarker, page.NextUploadIdMarker);
        }
        while (page.IsTruncated is true);
        return aborted;
    }

    public Task CheckAsync(CancellationToken ct) =>
        Guarded("list", "", () => _client.ListObjectsV2Async(new ListObjectsV2Request { BucketName = _bucket, MaxKeys = 1 }, ct), ct);

    public void Dispose() => _client.Dispose();

    private string? WarmClass => NoneIfEmpty(_options.WarmClass ?? _profile.WarmClass);

    private string? ColdClass => NoneIfEmpty(_options.ColdClass ?? _profile.ColdClass);

    private static string? NoneIfEmpty(string? name) => string.IsNullOrEmpty(name) ? null : name;

    private S3StorageClass? ClassOf(StorageTier tier) => tier switch
    {
        StorageTier.Hot => null,
        StorageTier.Warm => WarmClass ?? ColdClass,
        StorageTier.Cold => ColdClass ?? WarmClass,
        _ => throw new ArgumentOutOfRangeException(nameof(tier)),
    };

    private StorageTier TierOf(S3StorageClass? storageClass) => storageClass?.Value switch
    {
        { } name when name == ColdClass && name != WarmClass => StorageTier.Cold,
        { } name when name == WarmClass => StorageTier.Warm,
        _ => StorageTier.Hot,
    };

    private async Task<bool> CopyAsync(string fromKey, string toKey, S3StorageClass? storageClass, CancellationToken ct, string? version = null)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = _bucket, SourceKey = fromKey, SourceVersionId = version, DestinationBucket = _bucket, DestinationKey = toKey,
            StorageClass = storageClass ?? S3StorageClass.Standard, MetadataDirective = S3MetadataDirective.COPY,
        };
        if (_options.EncryptionKeyId is { } kms)
            (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (ServerSideEncryptionMethod.AWSKMS, kms);
        try
        {
            await _client.CopyObjectAsync(request, ct);
            return true;
        }
        catch (AmazonS3Exception absent) when (S3Errors.IsAbsent(absent))
        {
            return false;
        }
        catch (Exception problem) when (S3Errors.IsStoreFailure(problem, ct))
        {
            throw S3Errors.Explain("copy", fromKey, problem);
        }
    }

    private async Task<Uri> PresignAsync(HttpVerb verb, string key, string? contentType, TimeSpan validFor)
    {
        var request = new GetPreSignedUrlRequest
        {
            BucketName = _bucket, Key = key, Verb = verb, ContentType = contentType,
            Expires = (_time.GetUtcNow() + (validFor < LongestPresigned ? validFor : LongestPresigned)).UtcDateTime,
            Protocol = _client.Config is AmazonS3Config { UseHttp: true } ? Protocol.HTTP : Protocol.HTTPS,
        };
        return new Uri(await _client.GetPreSignedURLAsync(request));
    }

    private async Task<StoredObject?> EmptyAsync(string key, CancellationToken ct) => await HeadAsync(key, ct) is { } info ? new StoredObject(Stream.Null, info) : null;

    private static async Task<T> Guarded<T>(string verb, string key, Func<Task<T>> call, CancellationToken ct)
    {
        try
        {
            return await call();
        }
        catch (Exception problem) when (S3Errors.IsStoreFailure(problem, ct))
        {
            throw S3Errors.Explain(verb, key, problem);
        }
    }

    private static long? TotalOf(string? contentRange) =>
        contentRange?.Split('/') is [_, var total] && long.TryParse(total, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;

    private static string? Md5Of(string? etag) => etag?.Trim('"') is { Length: 32 } md5 && md5.All(char.IsAsciiHexDigitLower) ? md5 : null;

    private static DateTimeOffset Utc(DateTime? time) => time is { } known ? new DateTimeOffset(known.ToUniversalTime(), TimeSpan.Zero) : DateTimeOffset.MinValue;
}
