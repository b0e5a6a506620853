using ImageService.Core.Caching;
using ImageService.Core.Policies;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Tenancy;

/// <summary>
/// Slugs to organizations, tenants and spaces, from memory while nothing changed; null for what does not exist or was deleted.
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
                .Select(t => new TenantScope(t.OrganizationId, t.Id, asked.organization.Slug, t.Slug, t.Name))
                .FirstOrDefaultAsync(ct);
        },
        StaleFacts.Allow,
        ct);

    /// <summary>A space by the three slugs of an image URL. A hit allocates nothing.</summary>
    public ValueTask<SpaceScope?> FindSpaceAsync(string organization, string tenant, string space, CancellationToken ct)
    {
        Span<char> key = stackalloc char[256];
        if (facts.TryGet<OrganizationScope>(FactScope.Organizations, organization, out var above)
            && above is not null
            && key.TryWrite($"space:{tenant}/{space}", out var length)
            && facts.TryGet<SpaceScope>(FactScope.Of(above.OrganizationId), key[..length], out var scope))
        {
            return new ValueTask<SpaceScope?>(scope);
        }

        return FindSlowlyAsync(organization, tenant, space, ct);
    }

    private async ValueTask<SpaceScope?> FindSlowlyAsync(string organization, string tenant, string space, CancellationToken ct)
    {
        if (await FindOrganizationAsync(organization, ct) is not { } above)
            return null;
        return await facts.GetOrLoadAsync(
            FactScope.Of(above.OrganizationId),
            $"space:{tenant}/{space}",
            (registry, above, tenant, space),
            static (asked, ct) => LoadSpaceAsync(asked.registry, asked.above, asked.tenant, asked.space, ct),
            StaleFacts.Allow,
            ct);
    }

    private static async Task<SpaceScope?> LoadSpaceAsync(
        RegistryFactory registry, OrganizationScope organization, string tenant, string space, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organization.OrganizationId);
        var found = await (
            from t in db.Tenants
            join s in db.Spaces on t.Id equals s.TenantId
            where t.OrganizationId == organization.OrganizationId && t.Slug == tenant && t.DeletedAt == null && s.Slug == space && s.DeletedAt == null
            select new { TenantId = t.Id, SpaceId = s.Id }).FirstOrDefaultAsync(ct);
        if (found is null)
            return null;
        var policy = await PolicyResolver.ReadAsync(db, organization.OrganizationId, found.TenantId, found.SpaceId, ct);
        return new SpaceScope(
            organization.OrganizationId, found.TenantId, found.SpaceId, organization.Slug, tenant, space, policy.DefaultAccess, policy);
    }
}
