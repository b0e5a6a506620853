using Hangfire;
using ImageService.Core.Messaging;
using ImageService.Core.Metering;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Jobs;

/// <summary>
/// Tells of monthly quotas that are used to 80 % or more, once per scope, kind and month. Standing quotas (bytes, assets) tell at the moment they are taken.
/// </summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class WarnOfQuotas(RegistryFactory registry, TimeProvider time, ILogger<WarnOfQuotas> log)
{
    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var system = registry.ForSystem();
        var due = await system.Database.SqlQuery<DueWarning>(
            $"""
            SELECT c.organization_id, c.scope_id, c.kind, c.period, c.used, (p.value #>> ARRAY[]::text[])::bigint AS "limit"
            FROM quota_counters c
            JOIN policies p ON p.organization_id = c.organization_id AND p.scope_id = c.scope_id
                AND p.key = 'quota_' || c.kind || '_per_month'
            WHERE c.period = {QuotaMonth.Of(now)} AND c.warned_at IS NULL AND jsonb_typeof(p.value) = 'number'
                AND c.used::numeric * 5 >= (p.value #>> ARRAY[]::text[])::numeric * 4
            """).ToListAsync(ct);
        foreach (var warning in due) await WarnAsync(warning, now, ct);
        if (due.Count > 0) Log.Swept(log, nameof(WarnOfQuotas), due.Count, "quota warnings sent");
    }

    private async Task WarnAsync(DueWarning warning, DateTimeOffset now, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(warning.OrganizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var marked = await db.QuotaCounters
            .Where(row => row.ScopeId == warning.ScopeId && row.Kind == warning.Kind && row.Period == warning.Period && row.WarnedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.WarnedAt, now), ct);
        if (marked == 0) return;
        db.Publish(new QuotaWarning(warning.OrganizationId, warning.ScopeId, warning.Kind, warning.Used, warning.Limit), now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private sealed record DueWarning(Guid OrganizationId, Guid ScopeId, string Kind, DateOnly Period, long Used, long Limit);
}
