using System.Collections.Concurrent;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Signing;

/// <summary>
/// Counts verified requests per signing key, so that an owner sees when an old key can go. Counted in memory and written in batches; what was counted since
/// the last write is lost if the process is killed.
/// </summary>
public sealed class SigningKeyCounts(RegistryFactory registry, IOptions<SigningOptions> options, TimeProvider time, ILogger<SigningKeyCounts> log) : BackgroundService
{
    private readonly ConcurrentDictionary<(Guid OrganizationId, Guid KeyId), Count> _counts = new();

    /// <summary>Counts one verified request. Thread-safe; allocates only for a key not seen before.</summary>
    public void Note(Guid organizationId, Guid keyId) => Interlocked.Increment(ref _counts.GetOrAdd((organizationId, keyId), static _ => new Count()).Value);

    /// <summary>Writes what was counted; what cannot be written is kept for the next call.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        foreach (var organization in _counts.Where(count => Volatile.Read(ref count.Value.Value) > 0).GroupBy(count => count.Key.OrganizationId))
        {
            var taken = organization.Select(count => (count.Key.KeyId, Count: count.Value, Requests: Interlocked.Exchange(ref count.Value.Value, 0))).ToList();
            var written = false;
            try
            {
                await WriteAsync(organization.Key, [.. taken.Select(one => one.KeyId)], [.. taken.Select(one => one.Requests)], ct);
                written = true;
            }
            finally
            {
                if (!written)
                    taken.ForEach(one => Interlocked.Add(ref one.Count.Value, one.Requests));
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CountFlushInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await TryFlushAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; StopAsync writes the rest.
        }
    }

    private async Task TryFlushAsync(CancellationToken ct)
    {
        try
        {
            await FlushAsync(ct);
        }
        catch (Exception exception) when (RegistryFailure.IsUnavailable(exception))
        {
            Log.CountsNotWritten(log, exception);
        }
    }

    private async Task WriteAsync(Guid organizationId, Guid[] keys, long[] requests, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var now = time.GetUtcNow();
        await db.Database.ExecuteSqlAsync(
            $"""
            UPDATE signing_keys AS k SET verified_requests = k.verified_requests + x.requests, last_verified_at = {now}
            FROM unnest({keys}, {requests}) AS x(id, requests) WHERE k.id = x.id
            """,
            ct);
    }

    private sealed class Count
    {
        public long Value;
    }
}
