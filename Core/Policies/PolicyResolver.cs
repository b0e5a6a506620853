using System.Text.Json;
using ImageService.Core.Facts;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Policies;

/// <summary>Answers what is in force where, from memory while nothing changed.</summary>
public sealed class PolicyResolver(RegistryFactory registry, FactsCache facts)
{
    /// <summary>
    /// What is in force at an organization (both ids null), a tenant, or a space of a tenant. Ids that do not exist contribute nothing.
    /// May be old while the database does not answer: limits do not decide who may do what.
    /// </summary>
    public ValueTask<EffectivePolicy> ResolveAsync(Guid organizationId, Guid? tenantId, Guid? spaceId, CancellationToken ct) => facts.GetOrLoadAsync(
        FactScope.Of(organizationId),
        $"policy:{spaceId ?? tenantId ?? organizationId}",
        (registry, organizationId, tenantId, spaceId),
        static async (at, ct) =>
        {
            await using var db = at.registry.ForOrganization(at.organizationId);
            return await ReadAsync(db, at.organizationId, at.tenantId, at.spaceId, ct);
        },
        StaleFacts.Allow,
        ct);

    /// <summary>The same, read in the caller's unit of work: for writers, who must not decide on what memory says.</summary>
    public static async Task<EffectivePolicy> ReadAsync(RegistryDb db, Guid organizationId, Guid? tenantId, Guid? spaceId, CancellationToken ct)
    {
        List<Guid> scopes = [organizationId];
        if (tenantId is { } tenant)
            scopes.Add(tenant);
        if (spaceId is { } space)
            scopes.Add(space);
        var rows = await RowsAsync(db, organizationId, scopes, ct);
        var organization = await db.Organizations.Where(o => o.Id == organizationId).Select(o => o.Slug).FirstOrDefaultAsync(ct);
        var below = tenantId is null
            ? null
            : await db.Tenants.Where(t => t.Id == tenantId && t.OrganizationId == organizationId).Select(t => t.Slug).FirstOrDefaultAsync(ct);
        var lowest = spaceId is null
            ? null
            : await db.Spaces.Where(s => s.Id == spaceId && s.OrganizationId == organizationId)
                .Select(s => new { s.Slug, s.DefaultAccess }).FirstOrDefaultAsync(ct);

        var levels = new List<PolicyLevelValues> { new(PolicyLevel.Organization, organization ?? "", Values(rows, organizationId)) };
        if (below is not null)
            levels.Add(new PolicyLevelValues(PolicyLevel.Tenant, below, Values(rows, tenantId!.Value)));
        if (lowest is not null)
            levels.Add(new PolicyLevelValues(PolicyLevel.Space, lowest.Slug, Values(rows, spaceId!.Value, lowest.DefaultAccess)));
        return PolicyLevels.Resolve(levels);
    }

    /// <summary>What is in force at several spaces of one organization, in their order, by one look at the registry.</summary>
    public static async Task<IReadOnlyList<EffectivePolicy>> ReadAsync(RegistryDb db, IReadOnlyList<PolicyPlace> spaces, CancellationToken ct)
    {
        if (spaces.Count == 0)
            return [];
        var organizationId = spaces[0].OrganizationId;
        var rows =
            await RowsAsync(db, organizationId,
                [organizationId, .. spaces.Select(space => space.TenantId).Distinct(), .. spaces.Select(space => space.SpaceId)], ct);
        return
        [
            .. spaces.Select(space => PolicyLevels.Resolve(
            [
                new PolicyLevelValues(PolicyLevel.Organization, space.Organization, Values(rows, organizationId)),
                new PolicyLevelValues(PolicyLevel.Tenant, space.Tenant, Values(rows, space.TenantId)),
                new PolicyLevelValues(PolicyLevel.Space, space.Space, Values(rows, space.SpaceId, space.DefaultAccess)),
            ])),
        ];
    }

    private static async Task<ILookup<Guid, PolicyRow>> RowsAsync(RegistryDb db, Guid organizationId, List<Guid> scopes, CancellationToken ct) =>
        (await db.Policies.AsNoTracking()
            .Where(row => row.OrganizationId == organizationId && scopes.Contains(row.ScopeId)).ToListAsync(ct)).ToLookup(row => row.ScopeId);

    private static Dictionary<string, PolicySetting> Values(ILookup<Guid, PolicyRow> rows, Guid scope, AssetAccess? access = null)
    {
        var values = rows[scope].ToDictionary(row => row.Key, row => new PolicySetting(Parse(row.Value), row.Locked), StringComparer.Ordinal);

        // A space's own default access is the same thing in another place; a policy row says it more expressly.
        if (access is { } own)
            values.TryAdd(PolicyCatalog.DefaultAccess, new PolicySetting(JsonSerializer.SerializeToElement(SnakeCase.Write(own)), false));
        return values;
    }

    private static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}

/// <summary>A space with the names of its levels, as policies are read for it.</summary>
public sealed record PolicyPlace
{
    public required Guid OrganizationId { get; init; }

    /// <summary>Slug.</summary>
    public required string Organization { get; init; }

    public required Guid TenantId { get; init; }

    /// <summary>Slug.</summary>
    public required string Tenant { get; init; }

    public required Guid SpaceId { get; init; }

    /// <summary>Slug.</summary>
    public required string Space { get; init; }

    /// <summary>Access of new assets, as the space itself says; null where it says nothing.</summary>
    public required AssetAccess? DefaultAccess { get; init; }
}
