using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageService.Core.Messaging;

/// <summary>Whether the queue answers. Without it uploads and images go on: what should be sent waits in the outbox.</summary>
internal sealed class QueueHealthCheck(IMessageQueue queue) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await queue.MeasureAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
#pragma warning disable CA1031 // Each broker's client says in its own way that the broker is away.
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The queue does not answer.", exception);
        }
    }
}
