using Hangfire;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Counts the rows of every organization again and mends totals that are not their sum, while everything goes on. Reads the index of all variants, an
/// organization at a time, hence rarely. A total that had to be mended is an error of the service's or of whoever wrote past its triggers: the log says so.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class RecountStored(RegistryFactory registry, ILogger<RecountStored> log)
{
    // Tens of millions of variants in one organization.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    public async Task RunAsync(CancellationToken ct)
    {
        await using var system = registry.ForSystem();
        var organizations = await system.Organizations.AsNoTracking().OrderBy(row => row.Id).Select(row => row.Id).ToListAsync(ct);
        foreach (var organizationId in organizations)
        {
            await using var db = registry.ForOrganization(organizationId);
            db.Database.SetCommandTimeout(Longest);
            var mended = await db.Database.SqlQuery<long>($"SELECT recount_stored({organizationId}) AS \"Value\"").SingleAsync(ct);
            if (mended > 0)
                Log.TotalsMended(log, organizationId, mended);
        }

        Log.Swept(log, nameof(RecountStored), organizations.Count, "organizations counted again");
    }
}
