using Hangfire;
using ImageService.Worker.Jobs;

namespace ImageService.Worker;

/// <summary>
/// The table of recurring jobs. Times are UTC; a run that is due while the last one still works fails at once and is repeated a little later.
/// </summary>
internal static class Schedule
{
    public static void Apply(IRecurringJobManager jobs)
    {
        jobs.Add<MoveStores>("move-stores", "* * * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<FoldStoredChanges>("fold-stored-changes", "* * * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<WarnOfQuotas>("warn-of-quotas", "*/5 * * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<RescueWebhooks>("rescue-webhooks", "*/5 * * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<RetireSigningKeys>("retire-signing-keys", "*/10 * * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<RollUpUsage>("roll-up-usage", "55 * * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<ExpireUploads>("expire-uploads", "20 * * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<PurgeDeleted>("purge-deleted", "30 1 * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<PurgeExpired>("purge-expired", "45 1 * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<PruneVariants>("prune-variants", "0 2 * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<TierAssets>("tier-assets", "0 3 * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<SweepOrphans>("sweep-orphans", "0 4 * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<SampleIntegrity>("sample-integrity", "0 5 * * *", job => job.RunAsync(CancellationToken.None));
        jobs.Add<RecountStored>("recount-stored", "30 3 * * 0", job => job.RunAsync(CancellationToken.None));
    }

    private static void Add<TJob>(this IRecurringJobManager jobs, string id, string cron, System.Linq.Expressions.Expression<Func<TJob, Task>> run) =>
        jobs.AddOrUpdate(id, JobQueues.Housekeeping, run, cron,
            new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc, MisfireHandling = MisfireHandlingMode.Relaxed });
}
