namespace ImageService.Portal.Client;

// Public because components are, and take these as parameters.
public sealed record TenantResponse(Guid Id, string Slug, string Name);

public sealed record SpaceResponse
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required string Tenant { get; init; }

    public required string? DefaultAccess { get; init; }
}

public sealed record CreateTenantRequest(string Slug, string Name);

public sealed record CreateSpaceRequest(string Slug, string Name, string? DefaultAccess);

/// <param name="Name">For people.</param>
/// <param name="DefaultAccess"><c>public</c>, <c>private</c> or <c>inherit</c>.</param>
public sealed record UpdateSpaceRequest(string Name, string DefaultAccess);
