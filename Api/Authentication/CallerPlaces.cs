using ImageService.Api.Http;
using ImageService.Core.Access;
using ImageService.Core.Errors;
using ImageService.Core.Registry;
using ImageService.Core.Tenancy;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.Authentication;

/// <summary>
/// The places a request names in its route, query or body, or reaches through an asset, as far as its caller sees them. Looks only inside the caller's own
/// organization:
/// what belongs to another is not refused but simply not found, by the same query in the same time as what does not exist.
/// </summary>
internal sealed class CallerPlaces(RegistryFactory registry, TenantDirectory tenants)
{
    /// <summary>The organization whose registry the caller reads; one that does not exist for callers without any.</summary>
    public static Guid OrganizationOf(Caller caller) => caller.OrganizationId ?? Guid.Empty;

    /// <summary>The place of a route's slugs. Read anew each time: management sees what was written a moment ago on any replica.</summary>
    public async Task<Place?> FindAsync(Caller caller, string organization, string? tenant, string? space, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(OrganizationOf(caller));
        var found = await db.Organizations.AsNoTracking()
            .Where(row => row.Slug == organization && row.DeletedAt == null)
            .Select(row => new
            {
                row.Id,
                TenantId = db.Tenants.Where(child => child.OrganizationId == row.Id && child.Slug == tenant && child.DeletedAt == null)
                    .Select(child => (Guid?)child.Id).SingleOrDefault(),
                SpaceId = db.Spaces
                    .Where(child => child.OrganizationId == row.Id && child.Slug == space && child.DeletedAt == null
                        && db.Tenants.Any(parent => parent.Id == child.TenantId && parent.Slug == tenant && parent.DeletedAt == null))
                    .Select(child => (Guid?)child.Id).SingleOrDefault(),
            })
            .SingleOrDefaultAsync(ct);
        if (found is null || (tenant is not null && found.TenantId is null) || (space is not null && found.SpaceId is null)
            || !caller.Sees(found.TenantId, found.SpaceId))
            return null;
        return new Place
        {
            OrganizationId = found.Id,
            Organization = organization,
            TenantId = found.TenantId,
            Tenant = tenant,
            SpaceId = found.SpaceId,
            Space = space,
        };
    }

    /// <summary>The space of those slugs, where the scope holds there.</summary>
    /// <returns><see cref="ErrorCode.InvalidRequest"/> where one is missing, <see cref="ErrorCode.NotFound"/> for what is not there and for what is not the
    /// caller's, <see cref="ErrorCode.InsufficientScope"/> where the scope does not hold.</returns>
    public async Task<Result<SpaceScope>> FindSpaceAsync(Caller caller, string? tenant, string? space, string scope, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(tenant) || string.IsNullOrEmpty(space))
            return Problems.Invalid("Say where to: tenant and space, both by slug.");
        return Judge(caller, await tenants.FindSpaceAsync(OrganizationOf(caller), tenant, space, ct), scope);
    }

    /// <summary>The space by id, likewise.</summary>
    public async Task<Result<SpaceScope>> FindSpaceAsync(Caller caller, Guid spaceId, string scope, CancellationToken ct) =>
        Judge(caller, await tenants.FindSpaceAsync(OrganizationOf(caller), spaceId, ct), scope);

    /// <summary>Those of several spaces where the scope holds, by id.</summary>
    public async Task<IReadOnlyDictionary<Guid, SpaceScope>> FindSpacesAsync(Caller caller, IReadOnlyCollection<Guid> spaceIds, string scope,
        CancellationToken ct) =>
        (await tenants.FindSpacesAsync(OrganizationOf(caller), spaceIds, ct)).Where(entry => Judge(caller, entry.Value, scope).IsSuccess).ToDictionary();

    /// <summary>Ids of a tenant and a space of it, inside the caller's unit of work; both null where neither is named.</summary>
    /// <returns><see cref="ErrorCode.NotFound"/> for what is not there and for what the caller does not see; <see cref="ErrorCode.InvalidRequest"/> for a
    /// space without its tenant.</returns>
    public static async Task<Result<PlaceIds>> FindIdsAsync(RegistryDb db, Caller caller, string? tenant, string? space, CancellationToken ct)
    {
        if (tenant is null)
            return space is null ? default(PlaceIds) : Problems.Invalid("A space is named together with its tenant.");
        var tenantId = await db.Tenants.Where(row => row.Slug == tenant && row.DeletedAt == null).Select(row => (Guid?)row.Id).SingleOrDefaultAsync(ct);
        var spaceId = space is null
            ? null
            : await db.Spaces.Where(row => row.TenantId == tenantId && row.Slug == space && row.DeletedAt == null)
                .Select(row => (Guid?)row.Id).SingleOrDefaultAsync(ct);
        if (tenantId is null || (spaceId is null && space is not null) || !caller.Sees(tenantId, spaceId))
            return Problems.NotFound;
        return new PlaceIds(tenantId, spaceId);
    }

    /// <summary>The slug of a tenant in the unit of work; null for none.</summary>
    public static async Task<string?> TenantSlugAsync(RegistryDb db, Guid? tenantId, CancellationToken ct) => tenantId is null
        ? null
        : await db.Tenants.Where(row => row.Id == tenantId).Select(row => row.Slug).SingleOrDefaultAsync(ct);

    /// <summary>The slug of a space in the unit of work; null for none.</summary>
    public static async Task<string?> SpaceSlugAsync(RegistryDb db, Guid? spaceId, CancellationToken ct) => spaceId is null
        ? null
        : await db.Spaces.Where(row => row.Id == spaceId).Select(row => row.Slug).SingleOrDefaultAsync(ct);

    private static Result<SpaceScope> Judge(Caller caller, SpaceScope? found, string scope)
    {
        if (found is null || !caller.Sees(found.TenantId, found.SpaceId))
            return Problems.NotFound;
        return caller.May(scope, found.TenantId, found.SpaceId) ? found : AccessErrors.Lacks(scope);
    }
}

/// <summary>Ids of a tenant and a space; null where not named.</summary>
internal readonly record struct PlaceIds(Guid? TenantId, Guid? SpaceId);
