using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Authentication;

/// <summary>
/// Turns a route's slugs into a place, looking only inside the caller's own organization: what belongs to another is not refused but simply not found,
/// by the same query in the same time as what does not exist.
/// </summary>
internal sealed class PlaceFinder(RegistryFactory registry)
{
    public async Task<Place?> FindAsync(Guid organizationId, string organization, string? tenant, string? space, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var found = await db.Organizations.AsNoTracking()
            .Where(row => row.Slug == organization && row.DeletedAt == null)
            .Select(row => new
            {
                row.Id,
                TenantId = db.Tenants.Where(child => child.OrganizationId == row.Id && child.Slug == tenant && child.DeletedAt == null).Select(child => (Guid?)child.Id).SingleOrDefault(),
                SpaceId = db.Spaces
                    .Where(child => child.OrganizationId == row.Id && child.Slug == space && child.DeletedAt == null
                        && db.Tenants.Any(parent => parent.Id == child.TenantId && parent.Slug == tenant && parent.DeletedAt == null))
                    .Select(child => (Guid?)child.Id).SingleOrDefault(),
            })
            .SingleOrDefaultAsync(ct);
        if (found is null || (tenant is not null && found.TenantId is null) || (space is not null && found.SpaceId is null))
            return null;
        return new Place(found.Id, organization, found.TenantId, tenant, found.SpaceId, space);
    }
}
