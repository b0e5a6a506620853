using System.Globalization;
using System.Net;

using Amazon.Runtime;
using Amazon.S3;

namespace ImageService.Core.Storage;

/// <summary>Words for what a store of the S3 family refuses, without what it says itself: that may quote the request.</summary>
internal static class S3Errors
{
    public static bool IsAbsent(AmazonS3Exception problem) => problem.StatusCode is HttpStatusCode.NotFound && problem.ErrorCode is not "NoSuchBucket";

    public static bool IsStoreFailure(Exception problem, CancellationToken ct) =>
        RemoteFailure.Is(problem, ct) || problem is AmazonClientException or AmazonServiceException;

    public static ObjectStoreException Explain(string verb, string key, Exception problem) => new(
        problem is AmazonServiceException { StatusCode: >= HttpStatusCode.Continue } refused
            ? string.Create(CultureInfo.InvariantCulture, $"The S3 store refuses to {verb} '{key}': {(int)refused.StatusCode} {refused.ErrorCode}.")
            : $"The S3 store does not answer ({verb} '{key}').",
        problem)
    { IsRefusal = problem is AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError } };
}
