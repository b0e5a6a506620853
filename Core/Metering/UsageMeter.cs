using System.Diagnostics.Metrics;
using System.Threading.Channels;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Metering;

/// <summary>
/// Counts what organizations use without a write per request: notes go into a bounded channel, are added up in memory and written
/// every few seconds as hourly rows and monthly counters. A note that finds the channel full is dropped and counted, never waited for.
/// What was noted since the last write is lost if the process is killed; an orderly stop writes it.
/// </summary>
public sealed class UsageMeter : BackgroundService
{
    private readonly RegistryFactory _registry;
    private readonly TimeProvider _time;
    private readonly ILogger<UsageMeter> _log;
    private readonly MeteringOptions _options;
    private readonly Channel<UsageNote> _notes;
    private readonly Counter<long> _dropped;
    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly UsageTotals _totals = new();

    public UsageMeter(RegistryFactory registry, IOptions<MeteringOptions> options, IMeterFactory meters, TimeProvider time, ILogger<UsageMeter> log)
    {
        (_registry, _options, _time, _log) = (registry, options.Value, time, log);
        _notes = Channel.CreateBounded<UsageNote>(new BoundedChannelOptions(_options.ChannelCapacity) { SingleReader = false });
        _dropped = meters.Create("ImageService").CreateCounter<long>("usage_notes_dropped_total", description: "Usage notes lost because the channel was full.");
    }

    /// <summary>Takes a note. Never waits, never throws; thread-safe.</summary>
    public void Note(in UsageNote note)
    {
        if (!_notes.Writer.TryWrite(note)) _dropped.Add(1);
    }

    /// <inheritdoc cref="Note(in UsageNote)"/>
    public void Note(Guid organizationId, Guid tenantId, Guid spaceId, long requests, long bytes, long transforms, long cpuMs, Guid? apiKeyId = null) =>
        Note(new UsageNote(organizationId, tenantId, spaceId)
        {
            ApiKeyId = apiKeyId ?? Guid.Empty,
            Requests = requests,
            BandwidthBytes = bytes,
            Transforms = transforms,
            TransformCpuMs = cpuMs,
        });

    /// <summary>Writes everything noted so far. What cannot be written is kept for the next call.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        await _flushing.WaitAsync(ct);
        try
        {
            Drain();
            foreach (var organizationId in _totals.Organizations())
            {
                await WriteAsync(organizationId, ct);
                _totals.Forget(organizationId);
            }
        }
        finally
        {
            _flushing.Release();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _flushing.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.DrainInterval, _time);
        var lastFlush = _time.GetTimestamp();
        while (await WaitAsync(timer, stoppingToken))
        {
            if (_time.GetElapsedTime(lastFlush) < _options.FlushInterval)
            {
                await DrainAsync(stoppingToken);
                continue;
            }

            await TryFlushAsync(stoppingToken);
            lastFlush = _time.GetTimestamp();
        }
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task TryFlushAsync(CancellationToken ct)
    {
        try
        {
            await FlushAsync(ct);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            // The database is away: the totals stay in memory and the next tick tries again.
            Log.FlushFailed(_log, exception, _totals.Count);
        }
        catch (OperationCanceledException)
        {
            Log.FlushCancelled(_log, _totals.Count);
        }
    }

    private async Task DrainAsync(CancellationToken ct)
    {
        try
        {
            await _flushing.WaitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            Drain();
        }
        finally
        {
            _flushing.Release();
        }
    }

    private void Drain()
    {
        var now = _time.GetUtcNow();
        while (_notes.Reader.TryRead(out var note))
        {
            if (!_totals.TryAdd(note, now, _options.MaxKeys)) _dropped.Add(1);
        }
    }

    private async Task WriteAsync(Guid organizationId, CancellationToken ct)
    {
        await using var db = _registry.ForOrganization(organizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        foreach (var page in _totals.HoursOf(organizationId).Chunk(1000)) await UsageSql.AddHoursAsync(db, organizationId, page, ct);
        await QuotaSql.AddAsync(db, organizationId, _totals.CountersOf(organizationId), ct);
        await transaction.CommitAsync(ct);
    }
}
