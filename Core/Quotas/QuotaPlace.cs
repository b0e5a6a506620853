using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

namespace ImageService.Core.Quotas;

/// <summary>The three levels that one image counts against.</summary>
public readonly record struct QuotaPlace(Guid OrganizationId, Guid TenantId, Guid SpaceId)
{
    public static QuotaPlace Of(SpaceScope space) => new(space.OrganizationId, space.TenantId, space.SpaceId);

    public static QuotaPlace Of(Asset asset) => new(asset.OrganizationId, asset.TenantId, asset.SpaceId);

    internal Guid[] Scopes => [OrganizationId, TenantId, SpaceId];

    /// <summary>The id of a level: the counters of a quota are those of the level that sets it.</summary>
    internal Guid ScopeOf(PolicyLevel level) => level switch
    {
        PolicyLevel.Organization => OrganizationId,
        PolicyLevel.Tenant => TenantId,
        _ => SpaceId,
    };

    internal PolicyLevel LevelOf(Guid scopeId) =>
        scopeId == OrganizationId ? PolicyLevel.Organization : scopeId == TenantId ? PolicyLevel.Tenant : PolicyLevel.Space;
}
