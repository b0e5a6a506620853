using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ImageService.Core.Registry;

/// <summary>Adds an audit line for every tracked change of a resource to the same transaction, so that such a change cannot go unaudited.</summary>
internal sealed class AuditInterceptor(AuditLog log) : SaveChangesInterceptor
{
    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Write(eventData.Context);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Write(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        (eventData.Context as RegistryDb)?.AutomaticAudit.Clear();
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        (eventData.Context as RegistryDb)?.AutomaticAudit.Clear();
        return ValueTask.FromResult(result);
    }

    public override void SaveChangesFailed(DbContextErrorEventData eventData) => TakeBack(eventData.Context);

    public override Task SaveChangesFailedAsync(DbContextErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        TakeBack(eventData.Context);
        return Task.CompletedTask;
    }

    /// <summary>A lost race is no failed save to EF, and is the one that is tried again.</summary>
    public override InterceptionResult ThrowingConcurrencyException(ConcurrencyExceptionEventData eventData, InterceptionResult result)
    {
        TakeBack(eventData.Context);
        return result;
    }

    public override ValueTask<InterceptionResult> ThrowingConcurrencyExceptionAsync(
        ConcurrencyExceptionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
    {
        TakeBack(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public override void SaveChangesCanceled(DbContextEventData eventData) => TakeBack(eventData.Context);

    public override Task SaveChangesCanceledAsync(DbContextEventData eventData, CancellationToken cancellationToken = default)
    {
        TakeBack(eventData.Context);
        return Task.CompletedTask;
    }

    private void Write(DbContext? context)
    {
        if (context is not RegistryDb db)
            return;
        foreach (var entry in db.ChangeTracker.Entries().ToList())
        {
            if (AuditedChange.Of(entry) is { } change)
                db.AutomaticAudit.Add(log.Line(change.OrganizationId, change.Action, change.ResourceType, change.ResourceId, change.Before, change.After));
        }

        db.AuditLogs.AddRange(db.AutomaticAudit);
    }

    /// <summary>A failed save may be tried again, and would write the lines twice.</summary>
    private static void TakeBack(DbContext? context)
    {
        if (context is not RegistryDb db)
            return;
        foreach (var entry in db.AutomaticAudit)
            db.Entry(entry).State = EntityState.Detached;
        db.AutomaticAudit.Clear();
    }
}
