using Hangfire;
using ImageService.Core.Messaging;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>A bulk import is queued: a job runs it.</summary>
internal sealed class ImportRequestedConsumer(IBackgroundJobClient jobs) : IConsumer<ImportRequested>
{
    public Task ConsumeAsync(ImportRequested message, Guid messageId, CancellationToken ct)
    {
        jobs.Enqueue<RunImport>(job => job.RunAsync(message.OrganizationId, message.ImportJobId, CancellationToken.None));
        return Task.CompletedTask;
    }
}
