using ImageService.Core.Policies;
using ImageService.Core.Registry;

namespace ImageService.Core.Tenancy;

/// <summary>A space that exists, with everything an image request needs to know about it. Registry reads for images take one.</summary>
/// <param name="DefaultAccess">Access of new assets, by policy.</param>
/// <param name="Policy">In force at the space.</param>
public sealed record SpaceScope(
    Guid OrganizationId,
    Guid TenantId,
    Guid SpaceId,
    string OrganizationSlug,
    string TenantSlug,
    string SpaceSlug,
    AssetAccess DefaultAccess,
    EffectivePolicy Policy);

/// <summary>An organization that exists.</summary>
public sealed record OrganizationScope(Guid OrganizationId, string Slug, string Name);

/// <summary>A tenant that exists.</summary>
public sealed record TenantScope(Guid OrganizationId, Guid TenantId, string OrganizationSlug, string Slug, string Name);
