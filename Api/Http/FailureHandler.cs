using System.Text.Json;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ImageService.Api.Http;

/// <summary>
/// Turns exceptions, which are bugs, broken infrastructure or bodies that cannot be read, into problem documents. Text of an exception never leaves the
/// process.
/// </summary>
internal sealed class FailureHandler(ILogger<FailureHandler> logger) : IExceptionHandler
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var error = Judge(exception);
        if (error.Code is ErrorCode.Internal)
            Log.Failed(logger, exception, httpContext.Request.Method, RouteOf(httpContext));
        else if (error.RetryAfter is not null)
            Log.Unavailable(logger, exception, Problems.Name(error.Code), RouteOf(httpContext));
        await Problems.WriteAsync(httpContext, error);
        return true;
    }

    private static Error Judge(Exception exception) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } =>
            BodyLimits.TooLarge,
        BadHttpRequestException { InnerException: JsonException json } => Problems.Invalid(
            json.Path is { Length: > 1 } path
                ? $"The JSON body cannot be read at {path}: there is no such member, it is there twice, or it is not of its type."
                : "The body is not the JSON this route takes."),
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } =>
            Problems.Invalid("Send the body as application/json."),
        BadHttpRequestException => Problems.Unbound,
        DbUpdateConcurrencyException => IfMatch.Stale,
        _ when IsRefusedByRegistry(exception, PostgresErrorCodes.NumericValueOutOfRange, PostgresErrorCodes.DatetimeFieldOverflow) =>
            Problems.Invalid("A number or a time of the request is greater than can be kept."),
        _ when IsRefusedByRegistry(exception, PostgresErrorCodes.CharacterNotInRepertoire, PostgresErrorCodes.UntranslatableCharacter) =>
            Problems.Invalid("A text of the request holds a character that cannot be kept, such as NUL."),
        ObjectStoreException => new Error(ErrorCode.StorageUnavailable, "The object store does not answer. Try again shortly.") { RetryAfter = RetryAfter },
        _ when IsDatabaseDown(exception) =>
            new Error(ErrorCode.DatabaseUnavailable, "The registry does not answer. Try again shortly.") { RetryAfter = RetryAfter },
        OperationCanceledException or TimeoutException =>
            new Error(ErrorCode.Overloaded, "The answer took longer than it may. Try again shortly.") { RetryAfter = RetryAfter },
        _ => new Error(ErrorCode.Internal, "Something went wrong on our side. Quote the traceId when you report it."),
    };

    /// <summary>
    /// EF wraps the driver's exception once or twice. What other servers than the registry do is not its fault, so the driver's own word is looked for.
    /// </summary>
    private static bool IsDatabaseDown(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is NpgsqlException && RegistryFailure.IsUnavailable(exception))
                return true;
        }

        return false;
    }

    /// <summary>
    /// PostgreSQL's texts hold neither NUL nor invalid UTF-8, its numbers and times have ends, and only it sees every value of every request.
    /// </summary>
    private static bool IsRefusedByRegistry(Exception exception, params ReadOnlySpan<string> states) =>
        (exception as PostgresException ?? exception.InnerException as PostgresException) is { SqlState: { } state } && states.Contains(state);

    /// <summary>The route's pattern, not the path: a path may hold what nobody may read in a log.</summary>
    private static string RouteOf(HttpContext http) =>
        ((http.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? http.GetEndpoint()) as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";
}
