namespace ImageService.Api.Authentication;

/// <summary>
/// What a route asks of its caller. Each route under <c>/v1</c> says one, or that it is open to anybody; the middleware refuses those that say nothing.
/// </summary>
/// <param name="Kind">Which callers may come at all.</param>
/// <param name="Scope">Scope that must hold at the route's place; null where any credential of the organization will do.</param>
/// <param name="Somewhere">Whether the scope may hold anywhere in the organization instead of at the route's place; the handler then asks for the place in
/// the body or row.</param>
internal sealed record AccessRequirement(AccessKind Kind, string? Scope, bool Somewhere = false);

/// <summary>Kinds of callers a route takes.</summary>
internal enum AccessKind
{
    /// <summary>An API key or a person, of the route's organization where the route names one.</summary>
    Member,

    /// <summary>A signed-in person, for what belongs to the person and not to an organization.</summary>
    Person,

    /// <summary>A person signed in to the account itself, not by one organization's provider.</summary>
    Account,

    /// <summary>The operator's platform key.</summary>
    Platform,

    /// <summary>Who runs the installation: the platform key, or a person who is an administrator.</summary>
    Administrator,

    /// <summary>Any of these; the handler tells them apart.</summary>
    Anybody,
}

/// <summary>How routes state their requirement.</summary>
internal static class AccessRequirements
{
    /// <summary>
    /// The scope must hold at the place the route names by <c>{org}</c>, <c>{tenant}</c>, <c>{space}</c>. Where the place is in the body or belongs to
    /// an asset, the route lets in whoever has the scope anywhere, and its handler asks <c>caller.May(scope, tenantId, spaceId)</c>.
    /// </summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRequirement(AccessKind.Member, scope));

    /// <summary>The scope must hold somewhere in the organization; the handler asks for the tenant or space that is meant.</summary>
    public static TBuilder RequireScopeSomewhere<TBuilder>(this TBuilder builder, string scope)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRequirement(AccessKind.Member, scope, Somewhere: true));

    /// <summary>Any credential of the organization.</summary>
    public static TBuilder RequireCaller<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRequirement(AccessKind.Member, Scope: null));

    public static TBuilder RequirePerson<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRequirement(AccessKind.Person, Scope: null));

    /// <summary>A person's own account, out of reach for a session that an organization's provider vouched for.</summary>
    public static TBuilder RequireAccount<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRequirement(AccessKind.Account, Scope: null));

    public static TBuilder RequirePlatform<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRequirement(AccessKind.Platform, Scope: null));

    public static TBuilder RequireAdministrator<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRequirement(AccessKind.Administrator, Scope: null));

    public static TBuilder RequireAnyCredential<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new AccessRequirement(AccessKind.Anybody, Scope: null));
}
