using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageService.Core.Storage;

/// <summary>Whether the object store answers and takes writes. Without it cached images still flow and uploads are refused at once, so a failure degrades.</summary>
internal sealed class StorageHealthCheck(StoreProbe probe) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await probe.JudgeAsync(cancellationToken) is { } problem ? new HealthCheckResult(context.Registration.FailureStatus, problem) : HealthCheckResult.Healthy();
}
