using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane;

/// <summary>Slugs of a body to ids and back, inside one organization's unit of work.</summary>
internal static class Slugs
{
    public static Task<Guid?> FindTenantIdAsync(this RegistryDb db, Guid organizationId, string tenant, CancellationToken ct) => db.Tenants
        .Where(row => row.OrganizationId == organizationId && row.Slug == tenant && row.DeletedAt == null)
        .Select(row => (Guid?)row.Id).SingleOrDefaultAsync(ct);

    public static Task<Guid?> FindSpaceIdAsync(this RegistryDb db, Guid tenantId, string space, CancellationToken ct) => db.Spaces
        .Where(row => row.TenantId == tenantId && row.Slug == space && row.DeletedAt == null)
        .Select(row => (Guid?)row.Id).SingleOrDefaultAsync(ct);

    public static async Task<string?> FindTenantSlugAsync(this RegistryDb db, Guid? tenantId, CancellationToken ct) => tenantId is null
        ? null
        : await db.Tenants.Where(row => row.Id == tenantId).Select(row => row.Slug).SingleOrDefaultAsync(ct);

    public static async Task<string?> FindSpaceSlugAsync(this RegistryDb db, Guid? spaceId, CancellationToken ct) => spaceId is null
        ? null
        : await db.Spaces.Where(row => row.Id == spaceId).Select(row => row.Slug).SingleOrDefaultAsync(ct);
}
