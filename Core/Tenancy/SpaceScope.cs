using ImageService.Core.Policies;
using ImageService.Core.Registry;

namespace ImageService.Core.Tenancy;

/// <summary>A space that exists, with everything an image request needs to know about it. Registry reads for images take one.</summary>
public sealed record SpaceScope
{
    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required Guid SpaceId { get; init; }

    public required string OrganizationSlug { get; init; }

    public required string TenantSlug { get; init; }

    public required string SpaceSlug { get; init; }

    /// <summary>Access of new assets, by policy.</summary>
    public required AssetAccess DefaultAccess { get; init; }

    /// <summary>In force at the space.</summary>
    public required EffectivePolicy Policy { get; init; }
}

/// <summary>An organization that exists.</summary>
public sealed record OrganizationScope(Guid OrganizationId, string Slug, string Name);

/// <summary>A tenant that exists.</summary>
public sealed record TenantScope
{
    public required Guid OrganizationId { get; init; }

    public required Guid TenantId { get; init; }

    public required string OrganizationSlug { get; init; }

    public required string Slug { get; init; }

    public required string Name { get; init; }
}
