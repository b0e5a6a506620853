using System.Data;
using Hangfire.PostgreSql;
using Hangfire.Storage;
using ImageService.Core.Registry;

namespace ImageService.Worker;

/// <summary>
/// One line of Hangfire whose idle workers are woken by a notice, in whichever process the job was put in line. The table, its statements and the pages of the
/// dashboard are Hangfire's own; this only tells and hears.
/// </summary>
internal sealed class JobNotices : IPersistentJobQueueProvider, IPersistentJobQueue
{
    /// <summary>The channel on which a commit of a job in line is told; the payload is the line's name.</summary>
    public const string Channel = "jobs";

    private readonly PostgreSqlJobQueue _queue;
    private readonly MonitoringApi _monitoring;

    public JobNotices(PostgreSqlStorage storage, PostgreSqlStorageOptions options, Notices notices, string name)
    {
        var inner = new PostgreSqlJobQueueProvider(storage, options);
        (_queue, _monitoring) = (new PostgreSqlJobQueue(storage), new MonitoringApi(inner.GetJobQueueMonitoringApi()));
        notices.On(
            Channel,
            payload =>
            {
                if (payload == name)
                    _queue.FetchNextJob();
            },
            _queue.FetchNextJob);
    }

    public IPersistentJobQueue GetJobQueue() => this;

    public IPersistentJobQueueMonitoringApi GetJobQueueMonitoringApi() => _monitoring;

    public IFetchedJob Dequeue(string[] queues, CancellationToken cancellationToken)
    {
        var job = _queue.Dequeue(queues, cancellationToken);

        // A notice wakes one worker, and two notices at once may wake only one: whoever finds a job has the next look.
        _queue.FetchNextJob();
        return job;
    }

    public void Enqueue(IDbConnection connection, string queue, string jobId)
    {
        _queue.Enqueue(connection, queue, jobId);
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT pg_notify('{Channel}', @queue)";
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("queue", queue);
        command.Parameters.Add(parameter);
        command.ExecuteNonQuery();
    }

    /// <summary>Hangfire's own, but for the names: the default provider has told them all.</summary>
    private sealed class MonitoringApi(IPersistentJobQueueMonitoringApi inner) : IPersistentJobQueueMonitoringApi
    {
        public IEnumerable<string> GetQueues() => [];

        public IEnumerable<long> GetEnqueuedJobIds(string queue, int from, int perPage) => inner.GetEnqueuedJobIds(queue, from, perPage);

        public IEnumerable<long> GetFetchedJobIds(string queue, int from, int perPage) => inner.GetFetchedJobIds(queue, from, perPage);

        public EnqueuedAndFetchedCountDto GetEnqueuedAndFetchedCount(string queue) => inner.GetEnqueuedAndFetchedCount(queue);
    }
}
