using System.Diagnostics.Metrics;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Telemetry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker;

/// <summary>
/// Measures what nobody passes by: stored bytes and quotas per organization, messages waiting. Every worker measures for itself, so that each scrape
/// finds numbers; they are the same everywhere, so alerts take the maximum, not the sum.
/// </summary>
internal sealed class Measurements : BackgroundService
{
    /// <summary>Organizations with a series of their own, fullest first; the others share one.</summary>
    private const int MaxOrganizations = 1000;

    private readonly RegistryFactory _registry;
    private readonly IMessageQueue _queue;
    private readonly ImageServiceMetrics _metrics;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Measurements> _log;
    private QueueDepth _depth = new(0, 0, 0, TimeSpan.Zero);

    public Measurements(
        RegistryFactory registry, IMessageQueue queue, ImageServiceMetrics metrics, IMeterFactory meters, IOptions<WorkerOptions> options, TimeProvider time, ILogger<Measurements> log)
    {
        (_registry, _queue, _metrics, _options, _time, _log) = (registry, queue, metrics, options.Value, time, log);
        var meter = meters.Create(ImageServiceMetrics.MeterName);
        meter.CreateObservableGauge("queue_messages", Depths, description: "Messages in the queue, by state.");
        meter.CreateObservableGauge("queue_oldest_message_seconds", () => _depth.Oldest.TotalSeconds, description: "Age of the oldest message that waits.");
    }

    /// <summary>Measures once.</summary>
    public async Task MeasureAsync(CancellationToken ct)
    {
        _depth = await _queue.MeasureAsync(ct);
        await using var db = _registry.ForSystem();
        var uses = await db.Database.SqlQuery<OrganizationStorage>(
            $"""
            SELECT c.organization_id, c.used, (p.value #>> ARRAY[]::text[])::bigint AS quota
            FROM quota_counters c
            LEFT JOIN policies p ON p.organization_id = c.organization_id AND p.scope_id = c.organization_id AND p.key = 'quota_storage_bytes' AND jsonb_typeof(p.value) = 'number'
            WHERE c.scope_id = c.organization_id AND c.kind = 'storage_bytes' AND c.period = {DateOnly.MinValue}
            ORDER BY c.used::numeric / nullif((p.value #>> ARRAY[]::text[])::numeric, 0) DESC NULLS LAST, c.used DESC
            """).ToListAsync(ct);
        _metrics.SetStorage(
        [
            .. uses.Take(MaxOrganizations).Select(use => new StorageUse(use.OrganizationId.ToString(), use.Used, use.Quota)),
            .. uses.Count > MaxOrganizations ? [new StorageUse("other", uses.Skip(MaxOrganizations).Sum(use => use.Used), null)] : Array.Empty<StorageUse>(),
        ]);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.MeasureInterval, _time);
        try
        {
            do await TryMeasureAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The worker stops.
        }
    }

    private async Task TryMeasureAsync(CancellationToken ct)
    {
        try
        {
            await MeasureAsync(ct);
        }
#pragma warning disable CA1031 // Database or broker is away, in whatever way its client says so: the next tick measures again.
        catch (Exception exception) when (!ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            Log.MeasureFailed(_log, exception);
        }
    }

    private IEnumerable<Measurement<long>> Depths() =>
        [new(_depth.Ready, State("ready")), new(_depth.InFlight, State("in_flight")), new(_depth.Dead, State("dead"))];

    private static KeyValuePair<string, object?> State(string name) => new("state", name);

    private sealed record OrganizationStorage(Guid OrganizationId, long Used, long? Quota);
}
