using ImageService.Api.Http;

namespace ImageService.Api.OpenApi;

/// <summary>How routes describe themselves for the OpenAPI document.</summary>
internal static class RouteDescription
{
    /// <summary>Name (<c>operationId</c>), one-line summary, and what a caller should know beyond it.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder route, string name, string summary, string? description = null)
    {
        route.WithName(name).WithSummary(summary);
        return description is null ? route : route.WithDescription(description);
    }

    /// <summary>The answer of a request that went well.</summary>
    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder route, int status = StatusCodes.Status200OK) =>
        route.Produces<T>(status, "application/json");

    /// <summary>An answer without a body.</summary>
    public static RouteHandlerBuilder AnswersNothing(this RouteHandlerBuilder route, int status = StatusCodes.Status204NoContent) => route.Produces(status);

    /// <summary>Statuses of refusals beyond 401 and 500, as problem documents.</summary>
    public static TBuilder Fails<TBuilder>(this TBuilder route, params int[] statuses)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in statuses)
            route.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), [Problems.ContentType]));
        return route;
    }
}

/// <summary>A refusal (RFC 9457).</summary>
internal sealed record Problem
{
    /// <summary>Page of the code: <c>/docs/errors#slug_taken</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of refusal in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What was wrong and what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>Stable name of the kind of refusal.</summary>
    public required string Code { get; init; }

    /// <summary>Quote it when asking for help.</summary>
    public required string TraceId { get; init; }
}
