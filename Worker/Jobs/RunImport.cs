using Hangfire;
using ImageService.Core.Ingestion;

namespace ImageService.Worker.Jobs;

/// <summary>Runs a bulk import. What is there already is found by its content, so a run that was cut short can start over.</summary>
[AutomaticRetry(Attempts = 10)]
internal sealed class RunImport(ImportRunner runner)
{
    [Queue(JobQueues.Housekeeping)]
    public async Task RunAsync(Guid organizationId, Guid importJobId, CancellationToken ct)
    {
        if (!await runner.RunAsync(organizationId, importJobId, ct))
            throw new InvalidOperationException($"Import {importJobId} runs elsewhere right now.");
    }
}
