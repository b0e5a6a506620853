using Hangfire;
using ImageService.Core.Ingestion;
using ImageService.Core.Lifecycle;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Removes uploads whose time is over and what they left in staging, organization by organization, and what writers that died left in the store itself.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class ExpireUploads(
    RegistryFactory registry, StagingSweep sweep, ObjectStores stores, IOptions<LifecycleOptions> options, TimeProvider time, ILogger<ExpireUploads> log)
{
    public async Task RunAsync(CancellationToken ct)
    {
        var (before, removed) = (time.GetUtcNow() - options.Value.StagingRetention, 0);
        await using var db = registry.ForSystem();
        foreach (var organizationId in await db.Organizations.AsNoTracking().Select(row => row.Id).ToListAsync(ct))
        {
            try
            {
                removed += await sweep.SweepAsync(organizationId, before, ct);
            }
            catch (ObjectStoreException exception)
            {
                Log.SweepItemFailed(log, exception, nameof(ExpireUploads), organizationId.ToString());
            }
        }

        foreach (var store in stores.All) removed += await store.Objects.SweepAsync(before, ct);
        Log.Swept(log, nameof(ExpireUploads), removed, "left-overs of uploads removed");
    }
}
