using ImageService.Core.Registry;

namespace ImageService.Api.ControlPlane.Spaces;

/// <summary>A new space.</summary>
/// <param name="Slug">Its name in URLs; cannot be changed.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="DefaultAccess">Access of new assets; left out, the policy <c>default_access</c> decides.</param>
internal sealed record CreateSpaceRequest(string? Slug, string? Name, AssetAccess? DefaultAccess);

/// <summary>Changes to a space; what is left out stays.</summary>
/// <param name="Name">Its name for people.</param>
/// <param name="DefaultAccess">Access of new assets: <c>public</c>, <c>private</c>, or <c>inherit</c> to let the policy decide again.</param>
internal sealed record UpdateSpaceRequest(string? Name, SpaceAccess? DefaultAccess);

/// <summary>Access of new assets, or that the policy decides.</summary>
internal enum SpaceAccess
{
    Private,
    Public,
    Inherit,
}

/// <summary>A space.</summary>
internal sealed record SpaceResponse
{
    public required Guid Id { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }

    public required string Tenant { get; init; }

    public required AssetAccess? DefaultAccess { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public static SpaceResponse Of(Space space, string tenant) =>
        new()
        {
            Id = space.Id,
            Slug = space.Slug,
            Name = space.Name,
            Tenant = tenant,
            DefaultAccess = space.DefaultAccess,
            CreatedAt = space.CreatedAt,
            UpdatedAt = space.UpdatedAt,
        };
}
