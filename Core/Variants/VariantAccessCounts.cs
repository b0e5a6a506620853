using ImageService.Core.Caching;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// Counts how often each variant is asked for. Tiering and the variant list read it; it is statistics: what would need too many rows in memory is not
/// counted.
/// </summary>
public sealed class VariantAccessCounts(RegistryFactory registry, TimeProvider time, ILogger<VariantAccessCounts> logger) : WriteBehind(Interval, time, logger)
{
    private const int MaxKeys = 100_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly PendingSums<(Guid OrganizationId, VariantKey Variant), long> _counts = new(static key => key.OrganizationId,
        static (one, other) => one + other, MaxKeys);

    protected override long Waiting => _counts.Count;

    /// <summary>Notes one request. Never waits; allocates only for the first request of an interval.</summary>
    public void Note(Guid organizationId, in VariantKey key)
    {
        if (_counts.TryAdd((organizationId, key), 1))
            Counted();
    }

    protected override Task WriteAsync(CancellationToken ct) => _counts.WriteAsync(registry, WriteAsync, ct);

    private Task WriteAsync(RegistryDb db, Guid organizationId, KeyValuePair<(Guid OrganizationId, VariantKey Variant), long>[] rows, CancellationToken ct)
    {
        var now = Time.GetUtcNow();
        var inOrder = rows.OrderBy(static row => row.Key.Variant.OperationsHash, StringComparer.Ordinal).ToArray();
        var assets = Array.ConvertAll(inOrder, static row => row.Key.Variant.AssetId);
        var versions = Array.ConvertAll(inOrder, static row => row.Key.Variant.Version);
        var hashes = Array.ConvertAll(inOrder, static row => row.Key.Variant.OperationsHash);
        var added = Array.ConvertAll(inOrder, static row => row.Value);
        return db.Database.ExecuteSqlAsync(
            $"""
            UPDATE variants AS v SET access_count = v.access_count + x.n, last_accessed_at = {now}
            FROM unnest({assets}, {versions}, {hashes}, {added}) AS x(a, v, h, n)
            WHERE v.asset_id = x.a AND v.version = x.v AND v.operations_hash = x.h
            """,
            ct);
    }
}
