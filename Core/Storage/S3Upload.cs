using Amazon.S3;
using Amazon.S3.Model;

namespace ImageService.Core.Storage;

/// <summary>One put to a store of the S3 family: a single request up to a part's size, a multipart upload above, which is aborted when it fails.</summary>
internal sealed class S3Upload(AmazonS3Client client, StoreOptions options, string key, PutOptions put, S3StorageClass? storageClass, bool signPayload,
    bool onlyCreate)
{
    /// <param name="part">The first part, filled.</param>
    /// <param name="content">The rest.</param>
    /// <param name="ct">Cancels; nothing stays.</param>
    public Task<PutResult> RunAsync(PartBuffer part, Stream content, CancellationToken ct) =>
        part.IsFull ? PutPartsAsync(part, content, ct) : PutWholeAsync(part, ct);

    private async Task<PutResult> PutWholeAsync(PartBuffer part, CancellationToken ct)
    {
        await using var body = part.Open();
        var request = new PutObjectRequest
        {
            BucketName = options.Bucket, Key = key, InputStream = body, AutoCloseStream = false, ContentType = put.ContentType, StorageClass = storageClass,
            MD5Digest = Convert.ToBase64String(part.Md5()), UseChunkEncoding = false, DisablePayloadSigning = !signPayload,
            IfNoneMatch = onlyCreate ? "*" : null,
        };
        if (options.EncryptionKeyId is { } kms)
            (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (ServerSideEncryptionMethod.AWSKMS, kms);
        await client.PutObjectAsync(request, ct);
        return new PutResult(true, part.Length);
    }

    private async Task<PutResult> PutPartsAsync(PartBuffer part, Stream content, CancellationToken ct)
    {
        var begin = new InitiateMultipartUploadRequest { BucketName = options.Bucket, Key = key, ContentType = put.ContentType, StorageClass = storageClass };
        if (options.EncryptionKeyId is { } kms)
            (begin.ServerSideEncryptionMethod, begin.ServerSideEncryptionKeyManagementServiceKeyId) = (ServerSideEncryptionMethod.AWSKMS, kms);
        var upload = (await client.InitiateMultipartUploadAsync(begin, ct)).UploadId;
        var finished = false;
        try
        {
            var (etags, size) = (new List<PartETag>(), 0L);
            while (part.Length > 0)
            {
                etags.Add(await PutPartAsync(upload, etags.Count + 1, part, ct));
                size += part.Length;
                if (!part.IsFull)
                    break;
                await part.FillAsync(content, ct);
            }

            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = options.Bucket, Key = key, UploadId = upload, PartETags = etags, IfNoneMatch = onlyCreate ? "*" : null,
                },
                ct);
            finished = true;
            return new PutResult(true, size);
        }
        finally
        {
            if (!finished)
                await AbortAsync(upload);
        }
    }

    private async Task<PartETag> PutPartAsync(string upload, int number, PartBuffer part, CancellationToken ct)
    {
        await using var body = part.Open();
        var response = await client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = options.Bucket, Key = key, UploadId = upload, PartNumber = number, PartSize = part.Length, InputStream = body,
                MD5Digest = Convert.ToBase64String(part.Md5()), UseChunkEncoding = false, DisablePayloadSigning = !signPayload,
            },
            ct);
        return new PartETag(number, response.ETag);
    }

    /// <summary>The failure that led here is what the caller gets; an upload that cannot be aborted now is swept later.</summary>
    private async Task AbortAsync(string upload)
    {
        using var patience = new CancellationTokenSource(options.Timeout);
        try
        {
            await client.AbortMultipartUploadAsync(options.Bucket, key, upload, patience.Token);
        }
        catch (Exception problem) when (S3Errors.IsStoreFailure(problem, CancellationToken.None) || problem is OperationCanceledException)
        {
            System.Diagnostics.Activity.Current?.AddEvent(new System.Diagnostics.ActivityEvent("multipart upload left for the sweep"));
        }
    }
}
