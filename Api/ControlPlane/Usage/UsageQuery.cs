using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Api.ControlPlane.Usage;

/// <summary>
/// Adds up usage hours in the database. What flows (requests, bytes, transforms) is summed; what stands (storage) is, for each space, its newest hour of
/// the group,
/// and then summed over the spaces.
/// </summary>
internal sealed class UsageQuery(RegistryDb db, UsageFilter filter)
{
    public async Task<IReadOnlyList<UsageItem>> ReadAsync(string groupBy, CancellationToken ct)
    {
        var flows = await FlowsAsync(groupBy, ct);
        var held = await HeldAsync(ct);
        var names = await NamesAsync(ct);
        var items = flows.Select(flow => new UsageItem
        {
            Date = flow.Date,
            Tenant = flow.TenantId is { } tenant ? names.GetValueOrDefault(tenant) : null,
            Space = flow.SpaceId is { } space ? names.GetValueOrDefault(space) : null,
            Key = flow.KeyId == Guid.Empty ? null : flow.KeyId,
            KeyName = flow.KeyId is { } key ? names.GetValueOrDefault(key) : null,
            Requests = flow.Requests,
            BandwidthBytes = flow.BandwidthBytes,
            StorageBytes = groupBy == "key" ? 0 : HeldBy(held, flow),
            Transforms = flow.Transforms,
            TransformCpuMs = flow.TransformCpuMs,
            MemoryHits = flow.MemoryHits,
            RedisHits = flow.RedisHits,
            StorageHits = flow.StorageHits,
            Misses = flow.Misses,
            OriginalBytes = flow.OriginalBytes,
            Errors = flow.Errors,
        });
        return [.. items.OrderBy(static item => item.Date).ThenBy(static item => item.Tenant, StringComparer.Ordinal)
            .ThenBy(static item => item.Space, StringComparer.Ordinal).ThenByDescending(static item => item.Requests)];
    }

    private Task<List<Flow>> FlowsAsync(string groupBy, CancellationToken ct) => db.Database.SqlQuery<Flow>(
        $"""
        SELECT CASE WHEN {groupBy} = 'day' THEN (hour AT TIME ZONE 'UTC')::date END AS date,
               CASE WHEN {groupBy} IN ('tenant', 'space') THEN tenant_id END AS tenant_id,
               CASE WHEN {groupBy} = 'space' THEN space_id END AS space_id,
               CASE WHEN {groupBy} = 'key' THEN api_key_id END AS key_id,
               sum(requests)::bigint AS requests, sum(bandwidth_bytes)::bigint AS bandwidth_bytes, sum(transforms)::bigint AS transforms,
               sum(transform_cpu_ms)::bigint AS transform_cpu_ms, sum(memory_hits)::bigint AS memory_hits, sum(redis_hits)::bigint AS redis_hits,
               sum(storage_hits)::bigint AS storage_hits, sum(misses)::bigint AS misses, sum(original_bytes)::bigint AS original_bytes, sum(errors)::bigint AS errors
        FROM usage_hours
        WHERE organization_id = {filter.OrganizationId} AND hour >= {filter.From} AND hour < {filter.To}
          AND ({groupBy} = 'key' OR space_id <> {Guid.Empty})
          AND ({filter.TenantId}::uuid IS NULL OR tenant_id = {filter.TenantId}::uuid)
          AND ({filter.IsWhole} OR tenant_id = ANY ({filter.Tenants}) OR space_id = ANY ({filter.Spaces}))
        GROUP BY 1, 2, 3, 4
        """).ToListAsync(ct);

    /// <summary>The storage each space held in its newest hour of each day, and where the time asked for reaches to now, what it holds now.</summary>
    private Task<List<Held>> HeldAsync(CancellationToken ct) => db.Database.SqlQuery<Held>(
        $"""
        SELECT DISTINCT ON (space_id, date) tenant_id, space_id, date, bytes
        FROM (
            SELECT tenant_id, space_id, (hour AT TIME ZONE 'UTC')::date AS date, hour AS at, max(storage_bytes) OVER (PARTITION BY space_id, hour) AS bytes
            FROM usage_hours
            WHERE organization_id = {filter.OrganizationId} AND hour >= {filter.From} AND hour < {filter.To}
            UNION ALL
            SELECT tenant_id, id, (now() AT TIME ZONE 'UTC')::date, now(),
                   coalesce(n.bytes, 0)::bigint
            FROM spaces s
            LEFT JOIN (SELECT space_id, sum(bytes) AS bytes FROM stored_now WHERE organization_id = {filter.OrganizationId} GROUP BY space_id) n
                ON n.space_id = s.id
            WHERE organization_id = {filter.OrganizationId} AND deleted_at IS NULL AND {filter.To} >= now() - interval '1 minute'
        ) AS held
        WHERE ({filter.TenantId}::uuid IS NULL OR tenant_id = {filter.TenantId}::uuid)
          AND ({filter.IsWhole} OR tenant_id = ANY ({filter.Tenants}) OR space_id = ANY ({filter.Spaces}))
        ORDER BY space_id, date, at DESC
        """).ToListAsync(ct);

    /// <summary>Slugs of tenants and spaces, and names of keys, by id.</summary>
    private async Task<Dictionary<Guid, string>> NamesAsync(CancellationToken ct)
    {
        var names = await db.Tenants.Select(row => new { row.Id, Name = row.Slug })
            .Concat(db.Spaces.Select(row => new { row.Id, Name = row.Slug }))
            .Concat(db.ApiKeys.Select(row => new { row.Id, row.Name }))
            .ToListAsync(ct);
        return names.ToDictionary(static row => row.Id, static row => row.Name);
    }

    private static long HeldBy(List<Held> held, Flow flow) => held
        .Where(row =>
            (flow.Date is null || row.Date <= flow.Date) && (flow.TenantId is null || row.TenantId == flow.TenantId)
                && (flow.SpaceId is null || row.SpaceId == flow.SpaceId))
        .GroupBy(static row => row.SpaceId)
        .Sum(static space => space.MaxBy(static row => row.Date)!.Bytes);

    private sealed record Flow
    {
        public required DateOnly? Date { get; init; }

        public required Guid? TenantId { get; init; }

        public required Guid? SpaceId { get; init; }

        public required Guid? KeyId { get; init; }

        public required long Requests { get; init; }

        public required long BandwidthBytes { get; init; }

        public required long Transforms { get; init; }

        public required long TransformCpuMs { get; init; }

        public required long MemoryHits { get; init; }

        public required long RedisHits { get; init; }

        public required long StorageHits { get; init; }

        public required long Misses { get; init; }

        public required long OriginalBytes { get; init; }

        public required long Errors { get; init; }
    }

    private sealed record Held(Guid TenantId, Guid SpaceId, DateOnly Date, long Bytes);
}

/// <summary>Which usage: of when, and of what the caller may see.</summary>
internal sealed record UsageFilter
{
    /// <summary>Whose.</summary>
    public required Guid OrganizationId { get; init; }

    /// <summary>From then on.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Until before then.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>The one tenant asked for; null: all.</summary>
    public required Guid? TenantId { get; init; }

    /// <summary>Whether the caller sees all of the organization.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>Tenants the caller sees as a whole.</summary>
    public required Guid[] Tenants { get; init; }

    /// <summary>Spaces the caller sees beside them.</summary>
    public required Guid[] Spaces { get; init; }
}
