using System.Globalization;
using Hangfire;
using Hangfire.States;
using ImageService.Core.Messaging;

namespace ImageService.Worker.Consumers;

/// <summary>A job that failed is put in line again; one that is not in that state any more stays as it is.</summary>
internal sealed class JobRetryConsumer(IBackgroundJobClient jobs) : IConsumer<JobRetryRequested>
{
    public Task ConsumeAsync(JobRetryRequested message, Guid messageId, CancellationToken ct)
    {
        jobs.Requeue(message.JobId.ToString(CultureInfo.InvariantCulture), FailedState.StateName);
        return Task.CompletedTask;
    }
}
