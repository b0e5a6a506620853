using System.Net;

namespace ImageService.Client;

/// <summary>The service refused or failed (RFC 9457 problem). Whoever cannot be reached is an <see cref="HttpRequestException"/>, as ever.</summary>
public sealed class ImageServiceException : Exception
{
    public ImageServiceException(HttpStatusCode status, string? code, string? title, string? detail, string? traceId, TimeSpan? retryAfter)
        : base($"{(int)status} {code ?? title}: {detail ?? title ?? "no reason was given"}{(traceId is null ? "" : $" (trace {traceId})")}")
    {
        (Status, Code, Title, Detail, TraceId, RetryAfter) = (status, code, title, detail, traceId, retryAfter);
    }

    public HttpStatusCode Status { get; }

    /// <summary>A stable word such as <c>slug_taken</c>; null where something else than the service answered.</summary>
    public string? Code { get; }

    public string? Title { get; }

    /// <summary>What is wrong and what would be accepted, for people.</summary>
    public string? Detail { get; }

    /// <summary>Finds the request in the service's logs.</summary>
    public string? TraceId { get; }

    /// <summary>When it is worth another try, where the service says so.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>Whether the same request may succeed later: too many requests, or the service is at fault.</summary>
    public bool IsTransient => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;
}
