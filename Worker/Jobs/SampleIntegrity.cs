using Hangfire;
using ImageService.Core.Lifecycle;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Variants;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Reads some originals again, chosen by chance, and compares their SHA-256 with the registry's: what a store lost or changed is noticed before somebody asks
/// for it. Reading them here is no use of theirs: a cold one stays cold.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class SampleIntegrity(RegistryFactory registry, OriginalCheck check, IOptions<LifecycleOptions> options, ILogger<SampleIntegrity> log)
{
    /// <summary>Pages of a large table are drawn so that about this many times the wanted rows are seen; the sample is drawn from those.</summary>
    private const double Margin = 50;

    public async Task RunAsync(CancellationToken ct)
    {
        if (options.Value.IntegritySample == 0)
            return;
        var found = new List<OriginalState?>();
        foreach (var original in await DrawAsync(options.Value.IntegritySample, ct)) found.Add(await TryCheckAsync(original, ct));
        var (whole, damaged) = (found.Count(state => state == OriginalState.Whole), found.Count(state => state == OriginalState.Damaged));
        var healed = found.Count(state => state == OriginalState.Healed);
        Log.OriginalsRead(log, found.Count, whole, damaged, healed);
    }

    private async Task<List<StoredOriginal>> DrawAsync(int count, CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        var rows = await db.Database.SqlQuery<float>($"SELECT reltuples AS \"Value\" FROM pg_class WHERE oid = 'asset_versions'::regclass").SingleAsync(ct);
        var percent = rows > count * Margin ? count * Margin * 100 / rows : 100;
        return await db.Database.SqlQuery<StoredOriginal>(
            $"""
            SELECT v.organization_id, v.asset_id, v.version, v.storage_key, v.storage_provider, v.size_bytes, v.content_hash
            FROM asset_versions v TABLESAMPLE SYSTEM ({percent}) JOIN assets a ON a.id = v.asset_id
            WHERE a.deleted_at IS NULL AND v.deleted_at IS NULL
            ORDER BY random() LIMIT {count}
            """).ToListAsync(ct);
    }

    /// <returns>Null where the store does not answer: that is an outage, not damage.</returns>
    private async Task<OriginalState?> TryCheckAsync(StoredOriginal original, CancellationToken ct)
    {
        try
        {
            return await check.RunAsync(original, ct);
        }
        catch (Exception exception) when (exception is ObjectStoreException or IOException)
        {
            Log.SweepItemFailed(log, exception, nameof(SampleIntegrity), original.StorageKey);
            return null;
        }
    }
}
