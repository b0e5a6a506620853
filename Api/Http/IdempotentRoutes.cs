namespace ImageService.Api.Http;

/// <summary>How a route says that it is a creation that may be repeated.</summary>
internal static class IdempotentRoutes
{
    public static TBuilder Idempotent<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(IdempotentRoute.Instance);
}

/// <summary>Marks a creation that takes <c>Idempotency-Key</c>.</summary>
internal sealed record IdempotentRoute
{
    public const string Header = "Idempotency-Key";

    public static readonly IdempotentRoute Instance = new();
}
