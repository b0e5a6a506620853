using System.Data.Common;
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
        catch (Exception exception) when (exception is DbException or IOException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The queue does not answer.", exception);
        }
    }
}
