using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageService.Core.Storage;

/// <summary>Whether the object store answers. It writes nothing.</summary>
internal sealed class StorageHealthCheck(IObjectStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await store.CheckAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (ObjectStoreException problem)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, problem.Message);
        }
    }
}
