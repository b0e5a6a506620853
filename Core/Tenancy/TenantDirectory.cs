using ImageService.Core.Facts;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Tenancy;

/// <summary>
/// Slugs and ids to organizations, tenants and spaces, from memory while nothing changed; null for what does not exist or was deleted.
/// While the database does not answer, known places stay known for a bounded time, so that cached public images go on being served.
/// </summary>
public sealed class TenantDirectory(RegistryFactory registry, FactsCache facts)
{
    /// <summary>An organization by its slug.</summary>
    public ValueTask<OrganizationScope?> FindOrganizationAsync(string slug, CancellationToken ct) => facts.GetOrLoadAsync(
        FactScope.Organizations,
        slug,
        (registry, slug),
        static async (asked, ct) =>
        {
            await using var db = asked.registry.ForSystem();
            return await db.Organizations.Where(o => o.Slug == asked.slug && o.DeletedAt == null)
                .Select(o => new OrganizationScope(o.Id, o.Slug, o.Name))
                .FirstOrDefaultAsync(ct);
        },
        StaleFacts.Allow,
        ct);

    /// <summary>A tenant by the slugs of its organization and itself.</summary>
    public async ValueTask<TenantScope?> FindTenantAsync(string organization, string tenant, CancellationToken ct) =>
        await FindOrganizationAsync(organization, ct) is { } above ? await FindTenantAsync(above, tenant, ct) : null;

    /// <summary>A tenant of a known organization.</summary>
    public ValueTask<TenantScope?> FindTenantAsync(OrganizationScope organization, string tenant, CancellationToken ct) => facts.GetOrLoadAsync(
        FactScope.Of(organization.OrganizationId),
        $"tenant:{tenant}",
        (registry, organization, tenant),
        static async (asked, ct) =>
        {
            await using var db = asked.registry.ForOrganization(asked.organization.OrganizationId);
            return await db.Tenants
                .Where(t => t.OrganizationId == asked.organization.OrganizationId && t.Slug == asked.tenant && t.DeletedAt == null)
                .Select(t => new TenantScope
                {
                    OrganizationId = t.OrganizationId,
                    TenantId = t.Id,
                    OrganizationSlug = asked.organization.Slug,
                    Slug = t.Slug,
                    Name = t.Name,
                })
                .FirstOrDefaultAsync(ct);
        },
        StaleFacts.Allow,
        ct);

    /// <summary>A space by the three slugs of an image URL. A hit allocates nothing.</summary>
    public ValueTask<SpaceScope?> FindSpaceAsync(string organization, string tenant, string space, CancellationToken ct) =>
        TryFindSpace(organization, tenant, space, out var scope) ? new ValueTask<SpaceScope?>(scope) : FindSlowlyAsync(organization, tenant, space, ct);

    /// <summary>The same from memory alone; false where somebody would have to be asked.</summary>
    public bool TryFindSpace(ReadOnlySpan<char> organization, ReadOnlySpan<char> tenant, ReadOnlySpan<char> space, out SpaceScope? scope)
    {
        scope = null;
        Span<char> key = stackalloc char[256];
        return facts.TryGet<OrganizationScope>(FactScope.Organizations, organization, out var above, StaleFacts.Allow)
            && above is not null
            && key.TryWrite($"space:{tenant}/{space}", out var length)
            && facts.TryGet(FactScope.Of(above.OrganizationId), key[..length], out scope, StaleFacts.Allow);
    }

    /// <summary>A space of a known organization by the slugs of its tenant and itself.</summary>
    public async ValueTask<SpaceScope?> FindSpaceAsync(Guid organizationId, string tenant, string space, CancellationToken ct) =>
        Slug.TryParse(tenant, out _) && Slug.TryParse(space, out _) && await SlugAsync(organizationId, ct) is { } organization
            ? await FindSpaceAsync(organization, tenant, space, ct)
            : null;

    /// <summary>The space of an asset, an upload or an import, by its id.</summary>
    public async ValueTask<SpaceScope?> FindSpaceAsync(Guid organizationId, Guid spaceId, CancellationToken ct)
    {
        var place = await facts.GetOrLoadAsync(
            FactScope.Of(organizationId),
            KeyOf(spaceId),
            (registry, organizationId, spaceId),
            static async (asked, ct) =>
            {
                await using var db = asked.registry.ForOrganization(asked.organizationId);
                return await LiveSpaces(db, asked.organizationId).FirstOrDefaultAsync(space => space.SpaceId == asked.spaceId, ct);
            },
            StaleFacts.Allow,
            ct);
        return place is null ? null : await FindSpaceAsync(place.Organization, place.Tenant, place.Space, ct);
    }

    /// <summary>Several spaces of an organization by id; what is not there is left out. Asks the registry twice at most, however many there are.</summary>
    public async Task<Dictionary<Guid, SpaceScope>> FindSpacesAsync(Guid organizationId, IReadOnlyCollection<Guid> spaceIds, CancellationToken ct)
    {
        var found = new Dictionary<Guid, SpaceScope>(spaceIds.Count);
        var unknown = new List<Guid>();
        foreach (var id in spaceIds.Distinct())
        {
            if (facts.TryGet<PolicyPlace>(FactScope.Of(organizationId), KeyOf(id), out var place) && place is not null
                && facts.TryGet<SpaceScope>(FactScope.Of(organizationId), KeyOf(place.Tenant, place.Space), out var known) && known is not null)
            {
                found[id] = known;
            }
            else
            {
                unknown.Add(id);
            }
        }

        if (unknown.Count == 0)
            return found;
        await using var db = registry.ForOrganization(organizationId);
        foreach (var scope in await ReadAsync(db, LiveSpaces(db, organizationId).Where(space => unknown.Contains(space.SpaceId)), ct))
            found[scope.SpaceId] = scope;
        return found;
    }

    private static string KeyOf(Guid spaceId) => $"space-id:{spaceId:n}";

    private static string KeyOf(string tenant, string space) => $"space:{tenant}/{space}";

    private ValueTask<string?> SlugAsync(Guid organizationId, CancellationToken ct) => facts.GetOrLoadAsync(
        FactScope.Of(organizationId),
        "organization",
        (registry, organizationId),
        static async (asked, ct) =>
        {
            await using var db = asked.registry.ForOrganization(asked.organizationId);
            return await db.Organizations.Where(row => row.Id == asked.organizationId && row.DeletedAt == null).Select(row => row.Slug).FirstOrDefaultAsync(ct);
        },
        StaleFacts.Allow,
        ct);

    private async ValueTask<SpaceScope?> FindSlowlyAsync(string organization, string tenant, string space, CancellationToken ct)
    {
        if (await FindOrganizationAsync(organization, ct) is not { } above)
            return null;
        return await facts.GetOrLoadAsync(
            FactScope.Of(above.OrganizationId),
            KeyOf(tenant, space),
            (registry, above.OrganizationId, tenant, space),
            static async (asked, ct) =>
            {
                await using var db = asked.registry.ForOrganization(asked.OrganizationId);
                return (await ReadAsync(db, LiveSpaces(db, asked.OrganizationId).Where(row => row.Tenant == asked.tenant && row.Space == asked.space),
                    ct)).SingleOrDefault();
            },
            StaleFacts.Allow,
            ct);
    }

    private static IQueryable<PolicyPlace> LiveSpaces(RegistryDb db, Guid organizationId) =>
        from organization in db.Organizations
        join tenant in db.Tenants on organization.Id equals tenant.OrganizationId
        join space in db.Spaces on tenant.Id equals space.TenantId
        where organization.Id == organizationId && organization.DeletedAt == null && tenant.DeletedAt == null && space.DeletedAt == null
        select new PolicyPlace
        {
            OrganizationId = organization.Id,
            Organization = organization.Slug,
            TenantId = tenant.Id,
            Tenant = tenant.Slug,
            SpaceId = space.Id,
            Space = space.Slug,
            DefaultAccess = space.DefaultAccess,
        };

    private static async Task<IReadOnlyList<SpaceScope>> ReadAsync(RegistryDb db, IQueryable<PolicyPlace> spaces, CancellationToken ct)
    {
        var places = await spaces.ToListAsync(ct);
        var policies = await PolicyResolver.ReadAsync(db, places, ct);
        return
        [
            .. places.Zip(policies, static (place, policy) => new SpaceScope
            {
                OrganizationId = place.OrganizationId,
                TenantId = place.TenantId,
                SpaceId = place.SpaceId,
                OrganizationSlug = place.Organization,
                TenantSlug = place.Tenant,
                SpaceSlug = place.Space,
                DefaultAccess = policy.DefaultAccess,
                Policy = policy,
            }),
        ];
    }
}
