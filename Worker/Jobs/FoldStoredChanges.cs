using Hangfire;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Adds what was stored and removed to the totals that usage and cost are read from. They are exact before and after: this keeps short what has to be read
/// beside them.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 0)]
internal sealed class FoldStoredChanges(RegistryFactory registry, ILogger<FoldStoredChanges> log)
{
    private const int Page = 10_000;

    public async Task RunAsync(CancellationToken ct)
    {
        await using var db = registry.ForSystem();
        long folded, all = 0;
        do
        {
            folded = await db.Database.SqlQuery<long>($"SELECT fold_stored_changes({Page}) AS \"Value\"").SingleAsync(ct);
            all += folded;
        }
        while (folded == Page);
        if (all > 0)
            Log.Folded(log, nameof(FoldStoredChanges), all);
    }
}
