using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ImageService.Core.Errors;
using Microsoft.AspNetCore.Mvc;

namespace ImageService.Api.Http;

/// <summary>
/// The only place that maps an <see cref="ErrorCode"/> to an HTTP status and a title, and the only writer of
/// <c>application/problem+json</c> (RFC 9457). Members: <c>type</c>, <c>title</c>, <c>status</c>, <c>detail</c>, <c>code</c>, <c>traceId</c> and the
/// error's own.
/// </summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    /// <summary>The same words for "not there" and "not yours": the caller cannot tell them apart.</summary>
    public static readonly Error NotFound = new(ErrorCode.NotFound, "There is no such resource.");

    /// <summary>What a route's parameters could not be read from.</summary>
    public static readonly Error Unbound = Invalid("A parameter or the body is missing or not of its type.");

    public static readonly Error Unauthenticated = new(
        ErrorCode.Unauthenticated, "Send a valid API key as X-API-Key or a session token as Authorization: Bearer.");

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Status and title of a code.</summary>
    public static (int Status, string Title) Describe(ErrorCode code) => code switch
    {
        ErrorCode.InvalidOperations => (400, "The image operations cannot be read"),
        ErrorCode.InvalidRequest => (400, "The request cannot be read"),
        ErrorCode.Unauthenticated => (401, "No valid credential"),
        ErrorCode.InvalidSignature => (401, "The signature is not valid"),
        ErrorCode.SignatureExpired => (401, "The signature has expired"),
        ErrorCode.Forbidden => (403, "Not allowed"),
        ErrorCode.InsufficientScope => (403, "The credential lacks a scope"),
        ErrorCode.PolicyForbids => (403, "A policy forbids it"),
        ErrorCode.PolicyLocked => (403, "The policy is locked above"),
        ErrorCode.QuotaExceeded => (403, "A quota is used up"),
        ErrorCode.LastOwner => (403, "The last owner cannot be removed"),
        ErrorCode.RetentionLocked => (403, "The asset is under a retention lock"),
        ErrorCode.NotFound => (404, "Not found"),
        ErrorCode.MethodNotAllowed => (405, "The method is not allowed here"),
        ErrorCode.SlugTaken => (409, "The slug is taken"),
        ErrorCode.Conflict => (409, "The request conflicts with the present state"),
        ErrorCode.IdempotencyKeyReused => (409, "The idempotency key was used for another request"),
        ErrorCode.UploadExpired => (410, "The upload has expired"),
        ErrorCode.PreconditionFailed => (412, "The resource has changed"),
        ErrorCode.TusVersionUnsupported => (412, "The protocol's version is missing or another"),
        ErrorCode.PayloadTooLarge => (413, "Too large"),
        ErrorCode.UnsupportedImageType => (415, "Not an allowed image type"),
        ErrorCode.UnsupportedImageKind => (415, "Not a supported kind of its image type"),
        ErrorCode.UnsupportedMediaType => (415, "Not the media type that this takes"),
        ErrorCode.EncoderMissing => (422, "There is no encoder for the format"),
        ErrorCode.EncodingFailed => (422, "The image cannot be encoded so"),
        ErrorCode.UndecodableImage => (422, "The image cannot be decoded"),
        ErrorCode.ImageLimitExceeded => (422, "The image exceeds a limit"),
        ErrorCode.FetchRefused => (422, "The URL may not be fetched"),
        ErrorCode.FetchFailed => (422, "The URL could not be fetched"),
        ErrorCode.ChecksumMismatch => (460, "The checksum does not match"),
        ErrorCode.RateLimited => (429, "Too many requests"),
        ErrorCode.PeriodicQuotaExceeded => (429, "The period's quota is used up"),
        ErrorCode.VariantBudgetExceeded => (403, "The asset's variant budget is used up"),
        ErrorCode.Internal => (500, "The service failed"),
        ErrorCode.Overloaded => (503, "The service is overloaded"),
        ErrorCode.TransformTimedOut => (503, "The transform took too long"),
        ErrorCode.StorageUnavailable => (503, "The object store is unavailable"),
        ErrorCode.DatabaseUnavailable => (503, "The registry is unavailable"),
        _ => throw new UnreachableException($"{code} has no status: add it to Problems.Describe and docs/errors.md."),
    };

    /// <summary>The code on the wire: <c>slug_taken</c>.</summary>
    public static string Name(ErrorCode code) => JsonNamingPolicy.SnakeCaseLower.ConvertName(code.ToString());

    /// <summary>The error as an endpoint's result.</summary>
    public static IResult ToProblem(this Error error) => new ProblemResult(error);

    /// <summary>A request that cannot be read, as an endpoint's error.</summary>
    public static Error Invalid(string detail) => new(ErrorCode.InvalidRequest, detail);

    /// <summary>Writes the problem document as the whole answer. Does nothing once the answer has begun.</summary>
    public static async Task WriteAsync(HttpContext http, Error error)
    {
        if (http.Response.HasStarted)
            return;
        if (http.Features.Get<ProblemWatch>() is { } watch)
            await watch.BeforeWriting(error);
        var (status, _) = Describe(error.Code);
        http.Response.StatusCode = status;
        http.Response.Headers.CacheControl = "no-store";
        if (error.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (error.Code is ErrorCode.Unauthenticated && http.Response.Headers.WWWAuthenticate.Count == 0)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        await http.Response.WriteAsJsonAsync(Document(http, error), Json, ContentType, http.RequestAborted);
    }

    private static ProblemDetails Document(HttpContext http, Error error)
    {
        var (status, title) = Describe(error.Code);
        var code = Name(error.Code);
        var problem = new ProblemDetails { Type = "/docs/errors#" + code, Title = title, Status = status, Detail = error.Detail };
        problem.Extensions["code"] = code;
        problem.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier;
        foreach (var (name, value) in error.Extensions ?? new Dictionary<string, object?>(StringComparer.Ordinal))
            problem.Extensions[name] = value;
        return problem;
    }

    private sealed class ProblemResult(Error error) : IResult, IStatusCodeHttpResult
    {
        public int? StatusCode => Describe(error.Code).Status;

        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, error);
    }
}

/// <summary>Who wants to know of a problem before the caller does: the audit log, of refusals that handlers find.</summary>
internal sealed record ProblemWatch(Func<Error, Task> BeforeWriting);
