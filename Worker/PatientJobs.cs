using Hangfire;
using Hangfire.Common;
using Hangfire.PostgreSql;

namespace ImageService.Worker;

/// <summary>
/// Schedules as Hangfire does, but bears a lock that somebody else holds: a worker that was killed while it scheduled leaves its lock for minutes, and no
/// other may fail to start
/// for that. A job that was scheduled before stays as it was; one that is missing is put back by <see cref="ScheduleKeeper"/>.
/// </summary>
internal sealed class PatientJobs(IRecurringJobManager jobs, ILogger log) : IRecurringJobManager
{
    public void AddOrUpdate(string recurringJobId, Job job, string cronExpression, RecurringJobOptions options)
    {
        try
        {
            jobs.AddOrUpdate(recurringJobId, job, cronExpression, options);
        }
        catch (PostgreSqlDistributedLockException exception)
        {
            Log.RecurringJobLocked(log, exception, recurringJobId);
        }
    }

    public void Trigger(string recurringJobId) => jobs.Trigger(recurringJobId);

    public void RemoveIfExists(string recurringJobId) => jobs.RemoveIfExists(recurringJobId);
}
