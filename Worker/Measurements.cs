using System.Diagnostics.Metrics;
using ImageService.Core.Messaging;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.Options;

namespace ImageService.Worker;

/// <summary>
/// Measures how much waits in the queue. Every worker measures for itself; the numbers are the same everywhere, so alerts take the maximum, not the sum.
/// </summary>
internal sealed class Measurements : BackgroundService
{
    private readonly IMessageQueue _queue;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<Measurements> _log;
    private QueueDepth _depth = new(0, 0, 0, TimeSpan.Zero);

    public Measurements(IMessageQueue queue, IMeterFactory meters, IOptions<WorkerOptions> options, TimeProvider time, ILogger<Measurements> log)
    {
        (_queue, _options, _time, _log) = (queue, options.Value, time, log);
        var meter = meters.Create(ImageServiceMetrics.MeterName);
        meter.CreateObservableGauge("queue_messages", Depths, description: "Messages in the queue, by state.");
        meter.CreateObservableGauge("queue_oldest_message_seconds", () => _depth.Oldest.TotalSeconds, description: "Age of the oldest message that waits.");
    }

    /// <summary>Measures once.</summary>
    public async Task MeasureAsync(CancellationToken ct) => _depth = await _queue.MeasureAsync(ct);

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
}
