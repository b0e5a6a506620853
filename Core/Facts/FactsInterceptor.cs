using System.Collections.Frozen;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ImageService.Core.Facts;

/// <summary>
/// Makes this process forget what it has just committed itself, before the writer gets its answer: whoever writes through one replica and
/// reads from it sees the write. Other replicas hear of it from the database a moment later.
/// </summary>
internal sealed class FactsInterceptor(FactsCache cache) : SaveChangesInterceptor, IDbTransactionInterceptor
{
    private static readonly FrozenDictionary<Type, FactTable> Tables = FactTable.All.ToFrozenDictionary(table => table.Entity);

    private readonly ConditionalWeakTable<DbContext, HashSet<FactScope>> _pending = [];

    public override InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Collect(eventData.Context);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> SavingChangesAsync(
        DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Collect(eventData.Context);
        return ValueTask.FromResult(result);
    }

    public override int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        if (eventData.Context?.Database.CurrentTransaction is null)
            Forget(eventData.Context);
        return result;
    }

    public override ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(SavedChanges(eventData, result));

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Forget(eventData.Context);

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Forget(eventData.Context);
        return Task.CompletedTask;
    }

    private void Collect(DbContext? context)
    {
        if (context is null)
            return;
        foreach (var entry in context.ChangeTracker.Entries())
        {
            if (entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted && NoticeOf(entry) is { } notice)
                _pending.GetOrCreateValue(context).UnionWith(FactTable.ScopesOf(notice));
        }
    }

    private void Forget(DbContext? context)
    {
        if (context is null || !_pending.TryGetValue(context, out var scopes))
            return;
        foreach (var scope in scopes)
            cache.Forget(scope);
        scopes.Clear();
    }

    /// <summary>What the database's trigger will say of the same change.</summary>
    private static FactNotice? NoticeOf(EntityEntry entry) => Tables.TryGetValue(entry.Metadata.ClrType, out var table)
        ? new FactNotice(table.Name, (Guid?)entry.Property(table.Organization).CurrentValue, entry.Property(table.Key).CurrentValue?.ToString())
        : null;
}
