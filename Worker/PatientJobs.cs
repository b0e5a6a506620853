using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;

namespace ImageService.Worker;

/// <summary>
/// Schedules as Hangfire does, but bears a lock that somebody else holds: no worker may fail to start because another hangs while it schedules. A job that
/// was scheduled before stays as it was; one that is missing is put back by <see cref="ScheduleKeeper"/>.
/// </summary>
internal sealed class PatientJobs(IRecurringJobManager jobs, ILogger log) : IRecurringJobManager
{
    public void AddOrUpdate(string recurringJobId, Job job, string cronExpression, RecurringJobOptions options)
    {
        try
        {
            jobs.AddOrUpdate(recurringJobId, job, cronExpression, options);
        }
        catch (DistributedLockTimeoutException exception)
        {
            Log.RecurringJobLocked(log, exception, recurringJobId);
        }
    }

    public void Trigger(string recurringJobId) => jobs.Trigger(recurringJobId);

    public void RemoveIfExists(string recurringJobId) => jobs.RemoveIfExists(recurringJobId);
}
