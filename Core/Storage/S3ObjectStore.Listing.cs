using System.Runtime.CompilerServices;
using Amazon.S3.Model;

namespace ImageService.Core.Storage;

/// <content>Listings.</content>
internal sealed partial class S3ObjectStore
{
    public IAsyncEnumerable<ObjectListing> ListAsync(string prefix, CancellationToken ct) => ListAfterAsync(prefix, null, ct);

    public async IAsyncEnumerable<ObjectListing> ListAfterAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = prefix, StartAfter = after };
        ListObjectsV2Response page;
        do
        {
            page = await Guarded("list", prefix, () => _client.ListObjectsV2Async(request, ct), ct);
            foreach (var item in page.S3Objects ?? [])
                yield return new ObjectListing(item.Key, item.Size ?? 0, Utc(item.LastModified));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (page.IsTruncated is true);
    }
}
