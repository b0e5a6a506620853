using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Metering;

/// <summary>
/// Measures what nobody passes by: stored bytes and storage quotas per organization. Every process measures for itself, so that each scrape finds numbers;
/// they are the same everywhere, so alerts take the maximum, not the sum.
/// </summary>
public sealed class StoredBytes(
    RegistryFactory registry, ImageServiceMetrics metrics, IOptions<MeteringOptions> options, TimeProvider time, ILogger<StoredBytes> log) : BackgroundService
{
    /// <summary>Organizations with a series of their own, fullest first; the others share one.</summary>
    private const int MaxOrganizations = 1000;

    /// <summary>Measures once.</summary>
    public async Task MeasureAsync(CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        var uses = await QuotaSql.StorageAsync(db, ct);
        metrics.SetStorage(
        [
            .. uses.Take(MaxOrganizations).Select(use => new StorageUse(use.OrganizationId.ToString(), use.Used, use.Quota)),
            .. uses.Count > MaxOrganizations ? [new StorageUse("other", uses.Skip(MaxOrganizations).Sum(use => use.Used), null)] : Array.Empty<StorageUse>(),
        ]);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.MeasureInterval, time);
        try
        {
            do await TryMeasureAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private async Task TryMeasureAsync(CancellationToken ct)
    {
        try
        {
            await MeasureAsync(ct);
        }
        catch (Exception exception) when (RegistryFailure.Is(exception))
        {
            Log.MeasureFailed(log, exception);
        }
    }
}
