using System.Collections.Concurrent;
using ImageService.Core.Caching;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// Counts how often each variant is asked for, without a write per request: counts grow in memory and are added to the rows every few seconds.
/// Tiering and the variant list read them; what a killed process loses is a few seconds of counts.
/// </summary>
public sealed class VariantAccessCounts(RegistryFactory registry, TimeProvider time, ILogger<VariantAccessCounts> logger) : BackgroundService
{
    private const int MaxKeys = 100_000;
    private const int RowsPerUpdate = 1000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private ConcurrentDictionary<(Guid OrganizationId, VariantKey Key), Count> _counts = new();

    /// <summary>Notes one request. Never waits; allocates only for the first request of an interval.</summary>
    public void Note(Guid organizationId, in VariantKey key)
    {
        var counts = _counts;
        if (counts.TryGetValue((organizationId, key), out var count) || (counts.Count < MaxKeys && (count = counts.GetOrAdd((organizationId, key), static _ => new Count())) is not null))
            count.Increment();
    }

    /// <summary>Adds everything counted so far to the rows. Counts that cannot be written are dropped: they are statistics.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        var counts = Interlocked.Exchange(ref _counts, new ConcurrentDictionary<(Guid OrganizationId, VariantKey Key), Count>());
        var now = time.GetUtcNow();
        foreach (var organization in counts.GroupBy(static count => count.Key.OrganizationId))
        {
            await using var db = registry.ForOrganization(organization.Key);

            // In a fixed order, so that two writers never wait for each other's rows in a circle.
            foreach (var rows in organization.OrderBy(static count => count.Key.Key.OperationsHash, StringComparer.Ordinal).Chunk(RowsPerUpdate))
                await AddAsync(db, rows, now, ct);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryFlushAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The last counts are written by StopAsync.
        }
    }

    private static Task<int> AddAsync(RegistryDb db, KeyValuePair<(Guid OrganizationId, VariantKey Key), Count>[] rows, DateTimeOffset now, CancellationToken ct)
    {
        var assets = Array.ConvertAll(rows, static row => row.Key.Key.AssetId);
        var versions = Array.ConvertAll(rows, static row => row.Key.Key.Version);
        var hashes = Array.ConvertAll(rows, static row => row.Key.Key.OperationsHash);
        var added = Array.ConvertAll(rows, static row => row.Value.Value);
        return db.Database.ExecuteSqlAsync(
            $"""
            UPDATE variants AS v SET access_count = v.access_count + x.n, last_accessed_at = {now}
            FROM unnest({assets}, {versions}, {hashes}, {added}) AS x(a, v, h, n)
            WHERE v.asset_id = x.a AND v.version = x.v AND v.operations_hash = x.h
            """,
            ct);
    }

    private async Task TryFlushAsync(CancellationToken ct)
    {
        try
        {
            await FlushAsync(ct);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.CountsLost(logger, exception);
        }
    }

    private sealed class Count
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Increment() => Interlocked.Increment(ref _value);
    }
}
