using Hangfire;
using ImageService.Core.Messaging;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>A move between stores is queued: a job works on it at once instead of at the next full minute.</summary>
internal sealed class StoreMoveRequestedConsumer(IBackgroundJobClient jobs) : IConsumer<StoreMoveRequested>
{
    public Task ConsumeAsync(StoreMoveRequested message, Guid messageId, CancellationToken ct)
    {
        jobs.Enqueue<MoveStores>(job => job.RunAsync(CancellationToken.None));
        return Task.CompletedTask;
    }
}
