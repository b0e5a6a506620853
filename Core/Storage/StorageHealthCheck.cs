using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageService.Core.Storage;

/// <summary>
/// Whether the default object store answers and takes writes, and the others answer. Without them cached images still flow and uploads are refused at once,
/// so a failure degrades.
/// </summary>
internal sealed class StorageHealthCheck(StoreProbe probe, ObjectStores stores) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            if (await probe.JudgeAsync(cancellationToken) is { } problem)
                return new HealthCheckResult(context.Registration.FailureStatus, problem);
            await Task.WhenAll(stores.All.Skip(1).Select(store => store.Objects.CheckAsync(cancellationToken)));
            return HealthCheckResult.Healthy();
        }
        catch (ObjectStoreException problem)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, problem.Message);
        }
    }
}
