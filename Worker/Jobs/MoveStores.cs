using Hangfire;
using ImageService.Core.Lifecycle;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Works on moves between stores. Each move is leased by one worker, so runs that overlap share the work and a dead run's moves are taken over.
/// </summary>
[AutomaticRetry(Attempts = 0)]
internal sealed class MoveStores(StoreMover mover)
{
    [Queue(JobQueues.Housekeeping)]
    public Task RunAsync(CancellationToken ct) => mover.RunAsync(ct);
}
