using ImageService.Core.Registry;
using ImageService.Core.Tenancy;

using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Ingestion;

/// <summary>From a known organization to a space's scope, by id or by slugs. Looks only inside that organization.</summary>
public sealed class SpaceLookup(RegistryFactory registry, TenantDirectory tenants)
{
    /// <summary>The space of an asset, upload or import; null once it, its tenant or its organization was deleted.</summary>
    public async Task<SpaceScope?> FindAsync(Guid organizationId, Guid spaceId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var slugs = await (
            from space in db.Spaces
            join tenant in db.Tenants on space.TenantId equals tenant.Id
            join organization in db.Organizations on space.OrganizationId equals organization.Id
            where space.Id == spaceId && organization.Id == organizationId
            select new { Organization = organization.Slug, Tenant = tenant.Slug, Space = space.Slug }).SingleOrDefaultAsync(ct);
        return slugs is null ? null : await tenants.FindSpaceAsync(slugs.Organization, slugs.Tenant, slugs.Space, ct);
    }

    /// <summary>Several spaces by id with one look at the registry; what is no longer there is left out.</summary>
    public async Task<Dictionary<Guid, SpaceScope>> FindAsync(Guid organizationId, IReadOnlyCollection<Guid> spaceIds, CancellationToken ct)
    {
        var ids = spaceIds.Distinct().ToArray();
        var found = new Dictionary<Guid, SpaceScope>(ids.Length);
        if (ids.Length == 0)
            return found;
        await using var db = registry.ForOrganization(organizationId);
        var slugs = await (
            from space in db.Spaces
            join tenant in db.Tenants on space.TenantId equals tenant.Id
            join organization in db.Organizations on space.OrganizationId equals organization.Id
            where ids.Contains(space.Id) && organization.Id == organizationId
            select new { space.Id, Organization = organization.Slug, Tenant = tenant.Slug, Space = space.Slug }).ToListAsync(ct);
        foreach (var row in slugs)
        {
            if (await tenants.FindSpaceAsync(row.Organization, row.Tenant, row.Space, ct) is { } scope)
                found[row.Id] = scope;
        }

        return found;
    }

    /// <summary>The space of those slugs; null where there is none.</summary>
    public async Task<SpaceScope?> FindAsync(Guid organizationId, string tenant, string space, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var organization = await db.Organizations.Where(row => row.Id == organizationId).Select(row => row.Slug).SingleOrDefaultAsync(ct);
        return organization is not null && Slug.TryParse(tenant, out _) && Slug.TryParse(space, out _)
            ? await tenants.FindSpaceAsync(organization, tenant, space, ct)
            : null;
    }
}
