using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Core.Metering;

/// <summary>The upsert by which the hours grow. It is one statement, so that processes may write the same rows at once.</summary>
internal static class UsageSql
{
    public static Task<int> AddHoursAsync(RegistryDb db, Guid organizationId, IReadOnlyList<KeyValuePair<HourKey, Sums>> rows, CancellationToken ct)
    {
        Guid[] tenants = [.. rows.Select(
            row => row.Key.TenantId)], spaces = [.. rows.Select(row => row.Key.SpaceId)], keys = [.. rows.Select(row => row.Key.ApiKeyId)];
        DateTimeOffset[] hours = [.. rows.Select(row => row.Key.Hour)];
        long[] requests = [.. rows.Select(row => row.Value.Requests)], bytes = [.. rows.Select(row => row.Value.BandwidthBytes)];
        long[] transforms = [.. rows.Select(row => row.Value.Transforms)], cpu = [.. rows.Select(row => row.Value.TransformCpuMs)];
        long[] memory = [.. rows.Select(
            row => row.Value.MemoryHits)], redis = [.. rows.Select(row => row.Value.RedisHits)], stored = [.. rows.Select(row => row.Value.StorageHits)];
        long[] misses = [.. rows.Select(
            row => row.Value.Misses)], originals = [.. rows.Select(row => row.Value.OriginalBytes)], errors = [.. rows.Select(row => row.Value.Errors)];
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO usage_hours AS u (organization_id, tenant_id, space_id, hour, api_key_id, requests, bandwidth_bytes, transforms, transform_cpu_ms, storage_bytes,
                memory_hits, redis_hits, storage_hits, misses, original_bytes, errors)
            SELECT {organizationId}, t, s, h, k, r, b, n, c, 0, hm, hr, hs, m, o, e
            FROM unnest({tenants}, {spaces}, {hours}, {keys}, {requests}, {bytes}, {transforms}, {cpu}, {memory}, {redis}, {stored}, {misses}, {originals}, {errors})
                AS x(t, s, h, k, r, b, n, c, hm, hr, hs, m, o, e)
            ON CONFLICT (organization_id, tenant_id, space_id, hour, api_key_id) DO UPDATE SET
                requests = u.requests + EXCLUDED.requests,
                bandwidth_bytes = u.bandwidth_bytes + EXCLUDED.bandwidth_bytes,
                transforms = u.transforms + EXCLUDED.transforms,
                transform_cpu_ms = u.transform_cpu_ms + EXCLUDED.transform_cpu_ms,
                memory_hits = u.memory_hits + EXCLUDED.memory_hits,
                redis_hits = u.redis_hits + EXCLUDED.redis_hits,
                storage_hits = u.storage_hits + EXCLUDED.storage_hits,
                misses = u.misses + EXCLUDED.misses,
                original_bytes = u.original_bytes + EXCLUDED.original_bytes,
                errors = u.errors + EXCLUDED.errors
            """,
            ct);
    }
}
