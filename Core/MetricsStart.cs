using ImageService.Core.Storage;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.Hosting;

namespace ImageService.Core;

/// <summary>Puts every metric on the first scrape, at zero. After the exporter, which starts with the service defaults, and before the first request.</summary>
internal sealed class MetricsStart(ImageServiceMetrics metrics, IObjectStore store) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.StartAtZero([store.Provider]);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
