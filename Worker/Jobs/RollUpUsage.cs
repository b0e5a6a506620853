using Hangfire;
using ImageService.Core.Lifecycle;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker.Jobs;

/// <summary>Notes each space's stored bytes for the current hour, and adds old hours up to one row per day. Both can run twice without harm.</summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class RollUpUsage(RegistryFactory registry, IOptions<LifecycleOptions> options, TimeProvider time, ILogger<RollUpUsage> log)
{
    // Years of hours, the first time.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var db = registry.ForSystem();
        db.Database.SetCommandTimeout(Longest);
        await NoteStorageAsync(db, now, ct);
        var rows = await RollUpAsync(db, now - options.Value.RollUpUsageAfter, ct);
        Log.Swept(log, nameof(RollUpUsage), rows, "daily rows of usage added up");
    }

    private static Task<int> NoteStorageAsync(RegistryDb db, DateTimeOffset now, CancellationToken ct)
    {
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        return db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO usage_hours (organization_id, tenant_id, space_id, hour, api_key_id, requests, bandwidth_bytes, transforms, transform_cpu_ms, storage_bytes)
            SELECT s.organization_id, s.tenant_id, s.id, {hour}, {Guid.Empty}, 0, 0, 0, 0, coalesce(n.bytes, 0)::bigint
            FROM spaces s
            LEFT JOIN (SELECT organization_id, space_id, sum(bytes) AS bytes FROM stored_now GROUP BY organization_id, space_id) n
                ON n.organization_id = s.organization_id AND n.space_id = s.id
            WHERE s.deleted_at IS NULL
            ON CONFLICT (organization_id, tenant_id, space_id, hour, api_key_id) DO UPDATE SET storage_bytes = EXCLUDED.storage_bytes
            """,
            ct);
    }

    /// <summary>Every hour but a day's first is removed and added to the first, in one statement.</summary>
    private static Task<int> RollUpAsync(RegistryDb db, DateTimeOffset before, CancellationToken ct)
    {
        var day = new DateTimeOffset(before.Year, before.Month, before.Day, 0, 0, 0, TimeSpan.Zero);
        return db.Database.ExecuteSqlAsync(
            $"""
            WITH hours AS (
                DELETE FROM usage_hours WHERE hour < {day} AND hour <> date_trunc('day', hour, 'UTC') RETURNING *)
            INSERT INTO usage_hours AS u (organization_id, tenant_id, space_id, hour, api_key_id, requests, bandwidth_bytes, transforms, transform_cpu_ms, storage_bytes,
                memory_hits, redis_hits, storage_hits, misses, original_bytes, errors)
            SELECT organization_id, tenant_id, space_id, date_trunc('day', hour, 'UTC'), api_key_id,
                   sum(requests), sum(bandwidth_bytes), sum(transforms), sum(transform_cpu_ms), (array_agg(storage_bytes ORDER BY hour DESC))[1],
                   sum(memory_hits), sum(redis_hits), sum(storage_hits), sum(misses), sum(original_bytes), sum(errors)
            FROM hours GROUP BY organization_id, tenant_id, space_id, date_trunc('day', hour, 'UTC'), api_key_id
            ON CONFLICT (organization_id, tenant_id, space_id, hour, api_key_id) DO UPDATE SET
                requests = u.requests + EXCLUDED.requests, bandwidth_bytes = u.bandwidth_bytes + EXCLUDED.bandwidth_bytes,
                transforms = u.transforms + EXCLUDED.transforms, transform_cpu_ms = u.transform_cpu_ms + EXCLUDED.transform_cpu_ms,
                storage_bytes = greatest(u.storage_bytes, EXCLUDED.storage_bytes),
                memory_hits = u.memory_hits + EXCLUDED.memory_hits, redis_hits = u.redis_hits + EXCLUDED.redis_hits,
                storage_hits = u.storage_hits + EXCLUDED.storage_hits, misses = u.misses + EXCLUDED.misses,
                original_bytes = u.original_bytes + EXCLUDED.original_bytes, errors = u.errors + EXCLUDED.errors
            """,
            ct);
    }
}
