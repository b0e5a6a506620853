using System.Globalization;
using System.Net;

using Minio.Exceptions;

namespace ImageService.Core.Storage;

/// <summary>Words for what the Minio client throws, without what the server said: that may quote the request.</summary>
internal static class MinioErrors
{
    public static bool IsAbsent(Exception problem) => problem is ObjectNotFoundException || (problem is ErrorResponseException { Response.Code: "NoSuchKey" });

    /// <summary>Whether an answer that says "not found" means the bucket.</summary>
    public static async Task<bool> IsOfBucketAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var head = new byte[1024];
        await using var body = await answer.Content.ReadAsStreamAsync(ct);
        var read = await body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct);
        return head.AsSpan(0, read).IndexOf("NoSuchBucket"u8) >= 0;
    }

    /// <summary>The client derives most of its exceptions from one of its own, but not these two.</summary>
    public static bool IsStoreFailure(Exception problem, CancellationToken ct) =>
        RemoteFailure.Is(problem, ct) || problem is MinioException or AuthorizationException or MalFormedXMLException;

    public static ObjectStoreException Explain(string verb, string key, Exception problem) => problem switch
    {
        AuthorizationException or AccessDeniedException or ForbiddenException => Refused(verb, key, HttpStatusCode.Forbidden, problem),
        MinioException { ServerResponse: { StatusCode: >= HttpStatusCode.BadRequest } answer } => Refused(verb, key, answer.StatusCode, problem),
        BucketNotFoundException => Refused(verb, key, HttpStatusCode.NotFound, problem),
        _ => new ObjectStoreException($"The MinIO store does not answer ({verb} '{key}').", problem),
    };

    public static ObjectStoreException Refused(string verb, string key, HttpStatusCode status, Exception? problem) => new(
        string.Create(CultureInfo.InvariantCulture, $"The MinIO store refuses to {verb} '{key}': {(int)status}."), problem)
    {
        IsRefusal = status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError,
    };
}
