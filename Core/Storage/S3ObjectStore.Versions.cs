using System.Runtime.CompilerServices;

using Amazon.S3;
using Amazon.S3.Model;

namespace ImageService.Core.Storage;

/// <content>Earlier states of objects, which a bucket keeps whose versioning is on.</content>
internal sealed partial class S3ObjectStore
{
    public async IAsyncEnumerable<ObjectVersion> VersionsAsync(string key, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListVersionsRequest { BucketName = _bucket, Prefix = key };
        ListVersionsResponse page;
        do
        {
            page = await Guarded("list versions of", key, () => _client.ListVersionsAsync(request, ct), ct);
            foreach (var version in page.Versions ?? [])
            {
                // Keys that are longer come after it.
                if (version.Key != key)
                    yield break;
                if (version.IsDeleteMarker is not true && version.IsLatest is not true)
                    yield return new ObjectVersion(version.VersionId, version.Size ?? 0, Utc(version.LastModified));
            }

            (request.KeyMarker, request.VersionIdMarker) = (page.NextKeyMarker, page.NextVersionIdMarker);
        }
        while (page.IsTruncated is true);
    }

    public async Task<StoredObject?> OpenVersionAsync(string key, string version, CancellationToken ct)
    {
        try
        {
            var response = await _client.GetObjectAsync(new GetObjectRequest { BucketName = _bucket, Key = key, VersionId = version }, ct);
            var info = new ObjectInfo(response.ContentLength, Utc(response.LastModified), response.Headers.ContentType, TierOf(response.StorageClass))
            { Md5 = Md5Of(response.ETag) };
            return new StoredObject(new StoreStream(response.ResponseStream, response.ContentLength, response, key), info);
        }
        catch (AmazonS3Exception absent) when (S3Errors.IsAbsent(absent))
        {
            return null;
        }
        catch (Exception problem) when (S3Errors.IsStoreFailure(problem, ct))
        {
            throw S3Errors.Explain("read a version of", key, problem);
        }
    }

    public Task<bool> RestoreVersionAsync(string key, string version, CancellationToken ct) => CopyAsync(key, key, null, ct, version);
}
