using ImageService.Api.Authentication;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane;

/// <summary>Slugs of a body to ids and back, inside one organization's unit of work.</summary>
internal static class Slugs
{
    /// <summary>A tenant the caller has business in; another one is not there.</summary>
    public static async Task<Guid?> FindTenantIdAsync(this RegistryDb db, Visit visit, string tenant, CancellationToken ct)
    {
        var id = await db.Tenants
            .Where(row => row.OrganizationId == visit.At.OrganizationId && row.Slug == tenant && row.DeletedAt == null)
            .Select(row => (Guid?)row.Id).SingleOrDefaultAsync(ct);
        return id is not null && visit.Caller.Sees(id, spaceId: null) ? id : null;
    }

    /// <summary>A space of that tenant, if the caller has business in it.</summary>
    public static async Task<Guid?> FindSpaceIdAsync(this RegistryDb db, Visit visit, Guid tenantId, string space, CancellationToken ct)
    {
        var id = await db.Spaces
            .Where(row => row.TenantId == tenantId && row.Slug == space && row.DeletedAt == null)
            .Select(row => (Guid?)row.Id).SingleOrDefaultAsync(ct);
        return id is not null && visit.Caller.Sees(tenantId, id) ? id : null;
    }

    public static async Task<string?> FindTenantSlugAsync(this RegistryDb db, Guid? tenantId, CancellationToken ct) => tenantId is null
        ? null
        : await db.Tenants.Where(row => row.Id == tenantId).Select(row => row.Slug).SingleOrDefaultAsync(ct);

    public static async Task<string?> FindSpaceSlugAsync(this RegistryDb db, Guid? spaceId, CancellationToken ct) => spaceId is null
        ? null
        : await db.Spaces.Where(row => row.Id == spaceId).Select(row => row.Slug).SingleOrDefaultAsync(ct);
}
