using System.Data.Common;
using System.Runtime.CompilerServices;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ImageService.Core.Caching;

/// <summary>
/// Makes this process forget what it has just committed itself, before the writer gets its answer: whoever writes through one replica and
/// reads from it sees the write. Other replicas hear of it from the database a moment later.
/// </summary>
internal sealed class FactsInterceptor(FactsCache cache) : SaveChangesInterceptor, IDbTransactionInterceptor
{
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
                _pending.GetOrCreateValue(context).UnionWith(FactsListener.ScopesOf(notice));
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
    private static FactNotice? NoticeOf(EntityEntry entry) => entry.Entity switch
    {
        Organization o => new FactNotice("organizations", o.Id, o.Slug),
        Tenant t => new FactNotice("tenants", t.OrganizationId, t.Slug),
        Space s => new FactNotice("spaces", s.OrganizationId, s.Slug),
        PolicyRow p => new FactNotice("policies", p.OrganizationId, p.Key),
        Preset p => new FactNotice("presets", p.OrganizationId, p.Slug),
        PresetRevisionRow r => new FactNotice("preset_revisions", r.OrganizationId, null),
        Overlay o => new FactNotice("overlays", o.OrganizationId, o.Slug),
        OverlayRevisionRow r => new FactNotice("overlay_revisions", r.OrganizationId, null),
        Font f => new FactNotice("fonts", f.OrganizationId, f.Slug),
        Asset a => new FactNotice("assets", a.OrganizationId, a.Id.ToString()),
        AssetVersion v => new FactNotice("asset_versions", v.OrganizationId, v.AssetId.ToString()),
        ApiKey k => new FactNotice("api_keys", k.OrganizationId, k.KeyId),
        SigningKey k => new FactNotice("signing_keys", k.OrganizationId, k.Kid),
        Member m => new FactNotice("members", m.OrganizationId, null),
        IdentityProvider p => new FactNotice("identity_providers", p.OrganizationId, null),
        Webhook w => new FactNotice("webhooks", w.OrganizationId, null),
        DialectHost h => new FactNotice("hosts", h.OrganizationId, h.Hostname),
        AssetAlias a => new FactNotice("aliases", a.OrganizationId, a.Hostname),
        UserSession or User => new FactNotice("user_sessions", null, null),
        _ => null,
    };
}
