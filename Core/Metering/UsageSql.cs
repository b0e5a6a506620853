using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Metering;

/// <summary>The upserts by which counters grow. Each is one statement, so that processes may write the same rows at once.</summary>
internal static class UsageSql
{
    public static Task<int> AddHoursAsync(RegistryDb db, Guid organizationId, IReadOnlyList<KeyValuePair<HourKey, Sums>> rows, CancellationToken ct)
    {
        Guid[] tenants = [.. rows.Select(row => row.Key.TenantId)], spaces = [.. rows.Select(row => row.Key.SpaceId)], keys = [.. rows.Select(row => row.Key.ApiKeyId)];
        DateTimeOffset[] hours = [.. rows.Select(row => row.Key.Hour)];
        long[] requests = [.. rows.Select(row => row.Value.Requests)], bytes = [.. rows.Select(row => row.Value.BandwidthBytes)];
        long[] transforms = [.. rows.Select(row => row.Value.Transforms)], cpu = [.. rows.Select(row => row.Value.TransformCpuMs)];
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO usage_hours AS u (organization_id, tenant_id, space_id, hour, api_key_id, requests, bandwidth_bytes, transforms, transform_cpu_ms, storage_bytes)
            SELECT {organizationId}, t, s, h, k, r, b, n, c, 0
            FROM unnest({tenants}, {spaces}, {hours}, {keys}, {requests}, {bytes}, {transforms}, {cpu}) AS x(t, s, h, k, r, b, n, c)
            ON CONFLICT (organization_id, tenant_id, space_id, hour, api_key_id) DO UPDATE SET
                requests = u.requests + EXCLUDED.requests,
                bandwidth_bytes = u.bandwidth_bytes + EXCLUDED.bandwidth_bytes,
                transforms = u.transforms + EXCLUDED.transforms,
                transform_cpu_ms = u.transform_cpu_ms + EXCLUDED.transform_cpu_ms
            """,
            ct);
    }

    public static async Task AddCountersAsync(RegistryDb db, Guid organizationId, IReadOnlyList<CounterChange> changes, CancellationToken ct)
    {
        if (changes.Count == 0) return;
        Guid[] scopes = [.. changes.Select(change => change.ScopeId)];
        string[] kinds = [.. changes.Select(change => change.Kind)];
        DateOnly[] periods = [.. changes.Select(change => change.Period)];
        long[] amounts = [.. changes.Select(change => change.Amount)];
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO quota_counters AS q (organization_id, scope_id, kind, period, used)
            SELECT {organizationId}, s, k, p, a FROM unnest({scopes}, {kinds}, {periods}, {amounts}) AS x(s, k, p, a)
            ON CONFLICT (organization_id, scope_id, kind, period) DO UPDATE SET used = q.used + EXCLUDED.used
            """,
            ct);
    }
}
