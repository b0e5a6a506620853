using ImageService.Core.Messaging;
using ImageService.Core.Registry;

namespace ImageService.Core.Quotas;

/// <summary>
/// Tells of monthly quotas that are used to 80 % or more, once per scope, kind and month. Standing quotas (bytes, assets) tell at the moment they are taken.
/// </summary>
public sealed class QuotaWarnings(RegistryFactory registry, TimeProvider time)
{
    /// <summary>Tells of those that are due. May run again, and on several machines at once.</summary>
    /// <returns>How many were told.</returns>
    public async Task<int> TellAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var system = registry.ForSystem();
        var told = 0;
        foreach (var warning in await QuotaSql.DueWarningsAsync(system, QuotaPeriod.MonthOf(now), ct))
        {
            if (await TellAsync(warning, now, ct))
                told++;
        }

        return told;
    }

    private async Task<bool> TellAsync(DueWarning warning, DateTimeOffset now, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(warning.OrganizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await QuotaSql.SetWarnedAsync(db, warning.OrganizationId, warning.ScopeId, warning.Kind, warning.Period, now, ct))
            return false;
        var told = new QuotaWarning
        {
            OrganizationId = warning.OrganizationId,
            ScopeId = warning.ScopeId,
            Kind = warning.Kind,
            Used = warning.Used,
            Limit = warning.Limit,
        };
        db.Publish(told, now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return true;
    }
}
