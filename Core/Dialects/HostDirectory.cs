using System.Collections.Frozen;
using ImageService.Core.Facts;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Dialects;

/// <summary>
/// Customers' verified host names and the old names of their assets, from memory while nothing changed. All hosts are one fact, so that a request for a
/// name that is none costs no look-up.
/// </summary>
public sealed class HostDirectory(RegistryFactory registry, FactsCache facts, SecretProtector protector)
{
    private const string All = "all";

    /// <summary>The host of that name, whatever its case; null where there is none. With the hosts in memory it allocates nothing.</summary>
    /// <param name="hostname">Without port.</param>
    /// <param name="stale">Whether keys may be old while the registry does not answer.</param>
    /// <param name="ct">Ends the wait.</param>
    public ValueTask<HostFacts?> FindAsync(string hostname, StaleFacts stale, CancellationToken ct)
    {
        var loading = facts.GetOrLoadAsync(FactScope.Hosts, All, this, static (directory, ct) => directory.ReadAsync(ct), stale, ct);
        return loading.IsCompletedSuccessfully ? new ValueTask<HostFacts?>(loading.Result.GetValueOrDefault(hostname)) : FindSlowlyAsync(loading, hostname);
    }

    /// <summary>Whether it is known without asking anybody that a name is no customer's.</summary>
    public bool IsKnownToBeNone(string hostname) =>
        facts.TryGet<FrozenDictionary<string, HostFacts>>(FactScope.Hosts, All, out var hosts, StaleFacts.Allow) && hosts is not null
            && !hosts.ContainsKey(hostname);

    /// <summary>The asset that a host knows under an old name; null where it knows none.</summary>
    /// <param name="host">Which host.</param>
    /// <param name="path">Decoded once, without its leading slash.</param>
    /// <param name="ct">Ends the wait.</param>
    public async ValueTask<AssetId?> FindAssetAsync(HostFacts host, string path, CancellationToken ct)
    {
        if (path.Length > AssetAlias.MaxPathLength || path.Contains('\0', StringComparison.Ordinal))
            return null;
        var found = await facts.GetOrLoadAsync(
            FactScope.Host(host.Hostname),
            path,
            (registry, host, path),
            static async (asked, ct) =>
            {
                await using var db = asked.registry.ForOrganization(asked.host.OrganizationId);
                return await db.Aliases.Where(alias => alias.SpaceId == asked.host.SpaceId && alias.Hostname == asked.host.Hostname && alias.Path == asked.path)
                    .Select(alias => (Guid?)alias.AssetId).FirstOrDefaultAsync(ct);
            },
            StaleFacts.Allow,
            ct);
        return found is { } id ? new AssetId(id) : null;
    }

    private static async ValueTask<HostFacts?> FindSlowlyAsync(ValueTask<FrozenDictionary<string, HostFacts>> loading, string hostname) =>
        (await loading).GetValueOrDefault(hostname);

    private async Task<FrozenDictionary<string, HostFacts>> ReadAsync(CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        var rows = await (
            from host in db.Hosts.AsNoTracking()
            join space in db.Spaces on host.SpaceId equals space.Id
            join tenant in db.Tenants on host.TenantId equals tenant.Id
            join organization in db.Organizations on host.OrganizationId equals organization.Id
            where host.VerifiedAt != null && space.DeletedAt == null && tenant.DeletedAt == null && organization.DeletedAt == null
            select new { Host = host, Space = space.Slug, Tenant = tenant.Slug, Organization = organization.Slug }).ToListAsync(ct);
        return rows.ToFrozenDictionary(
            row => row.Host.Hostname,
            row => new HostFacts
            {
                OrganizationId = row.Host.OrganizationId,
                SpaceId = row.Host.SpaceId,
                OrganizationSlug = row.Organization,
                TenantSlug = row.Tenant,
                SpaceSlug = row.Space,
                Hostname = row.Host.Hostname,
                Dialect = row.Host.Dialect,
                AllowsUnsigned = row.Host.AllowUnsigned,
                IsLenient = row.Host.Lenient,
                Keys = HostKeys.Open(protector, row.Host),
            },
            StringComparer.OrdinalIgnoreCase);
    }
}

/// <summary>A verified host and the space that its URLs lead to.</summary>
public sealed record HostFacts
{
    public required Guid OrganizationId { get; init; }

    public required Guid SpaceId { get; init; }

    public required string OrganizationSlug { get; init; }

    public required string TenantSlug { get; init; }

    public required string SpaceSlug { get; init; }

    public required string Hostname { get; init; }

    public required UrlDialect Dialect { get; init; }

    /// <summary>Whether URLs without a signature reach public images.</summary>
    public bool AllowsUnsigned { get; init; }

    /// <summary>Whether options without a counterpart are dropped.</summary>
    public bool IsLenient { get; init; }

    public required DialectKeys Keys { get; init; }

    /// <summary>Never a key.</summary>
    public override string ToString() => Hostname;
}

/// <summary>A host's keys at rest: sealed for its row.</summary>
public static class HostKeys
{
    /// <summary>Null where there are none.</summary>
    public static byte[]? Seal(SecretProtector protector, Guid hostId, DialectKeys keys) =>
        keys.IsEmpty ? null : protector.Protect(keys.ToJson(), Context(hostId));

    public static DialectKeys Open(SecretProtector protector, DialectHost host) =>
        host.ProtectedKeys is { } secret ? DialectKeys.OfJson(protector.Unprotect(secret, Context(host.Id))) : DialectKeys.None;

    private static string Context(Guid hostId) => $"host:{hostId:n}";
}
