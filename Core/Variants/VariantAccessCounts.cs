using ImageService.Core.Caching;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// Counts how often each variant is sent, and notes the hour in which an asset was last used. Tiering, the variant list and the library read it; it is
/// statistics: what would need too many rows in memory is not counted.
/// </summary>
public sealed class VariantAccessCounts(RegistryFactory registry, TimeProvider time, ILogger<VariantAccessCounts> logger) : WriteBehind(Interval, time, logger)
{
    private const int MaxKeys = 100_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly PendingSums<(Guid OrganizationId, VariantKey Variant), long> _counts = new(static key => key.OrganizationId,
        static (one, other) => one + other, MaxKeys);

    protected override long Waiting => _counts.Count;

    /// <summary>Notes one request. Never waits; allocates only for the first request of an interval.</summary>
    public void Note(Guid organizationId, in VariantKey key) => Add(organizationId, key, 1);

    /// <summary>Notes that somebody has the variant already and asked whether it still holds: the asset is used, no variant is sent.</summary>
    public void NoteHeld(Guid organizationId, in VariantKey key) => Add(organizationId, key, 0);

    protected override Task WriteAsync(CancellationToken ct) => _counts.WriteAsync(registry, WriteAsync, ct);

    private void Add(Guid organizationId, in VariantKey key, long sent)
    {
        if (_counts.TryAdd((organizationId, key), sent))
            Counted();
    }

    private async Task WriteAsync(
        RegistryDb db, Guid organizationId, KeyValuePair<(Guid OrganizationId, VariantKey Variant), long>[] rows, CancellationToken ct)
    {
        var now = Time.GetUtcNow();
        var sent = rows.Where(static row => row.Value > 0).OrderBy(static row => row.Key.Variant.OperationsHash, StringComparer.Ordinal).ToArray();
        var assets = Array.ConvertAll(sent, static row => row.Key.Variant.AssetId);
        var versions = Array.ConvertAll(sent, static row => row.Key.Variant.Version);
        var hashes = Array.ConvertAll(sent, static row => row.Key.Variant.OperationsHash);
        var added = Array.ConvertAll(sent, static row => row.Value);
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE variants AS v SET access_count = v.access_count + x.n, last_accessed_at = {now}
            FROM unnest({assets}, {versions}, {hashes}, {added}) AS x(a, v, h, n)
            WHERE v.asset_id = x.a AND v.version = x.v AND v.operations_hash = x.h
            """,
            ct);
        await WriteUsesAsync(db, [.. rows.Select(static row => row.Key.Variant.AssetId).Distinct()], AssetUse.HourOf(now), ct);
    }

    /// <summary>Once an hour an asset has a row to write; other replicas may write it too, so rows are locked in a fixed order first.</summary>
    private static Task<int> WriteUsesAsync(RegistryDb db, Guid[] used, DateTimeOffset hour, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        UPDATE asset_uses AS u SET last_used_at = {hour}
        FROM (SELECT asset_id FROM asset_uses WHERE asset_id = ANY ({used}) AND last_used_at < {hour} ORDER BY asset_id FOR NO KEY UPDATE) AS due
        WHERE u.asset_id = due.asset_id
        """,
        ct);
}
