using Hangfire;
using Hangfire.Common;

namespace ImageService.Worker;

/// <summary>
/// Puts recurring jobs back that somebody removed on the dashboard, and says so: without them nothing expires, nothing is billed and nothing is swept, in
/// silence.
/// </summary>
internal sealed class ScheduleKeeper(IRecurringJobManager jobs, JobStorage storage, TimeProvider time, ILogger<ScheduleKeeper> log) : BackgroundService
{
    private const string Set = "recurring-jobs";

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Looks once.</summary>
    /// <returns>The jobs that were missing and are scheduled again.</returns>
    public IReadOnlyList<string> Restore()
    {
        using var connection = storage.GetConnection();
        var missing = new MissingJobs(jobs, connection.GetAllItemsFromSet(Set));
        Schedule.Apply(missing);
        foreach (var id in missing.Added)
            Log.RecurringJobRestored(log, id);
        return missing.Added;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    Restore();
                }
                catch (Exception failure) when (failure is Npgsql.NpgsqlException or TimeoutException or Hangfire.Storage.DistributedLockTimeoutException)
                {
                    Log.ScheduleNotRead(log, failure);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The worker ends.
        }
    }

    /// <summary>Adds what is not there and leaves alone what is, with the time of its next run.</summary>
    private sealed class MissingJobs(IRecurringJobManager jobs, HashSet<string> present) : IRecurringJobManager
    {
        public List<string> Added { get; } = [];

        public void AddOrUpdate(string recurringJobId, Job job, string cronExpression, RecurringJobOptions options)
        {
            if (present.Contains(recurringJobId))
                return;
            jobs.AddOrUpdate(recurringJobId, job, cronExpression, options);
            Added.Add(recurringJobId);
        }

        public void Trigger(string recurringJobId) => jobs.Trigger(recurringJobId);

        public void RemoveIfExists(string recurringJobId) => jobs.RemoveIfExists(recurringJobId);
    }
}
