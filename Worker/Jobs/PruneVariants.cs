using Hangfire;
using ImageService.Core.Lifecycle;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ImageService.Worker.Jobs;

/// <summary>Removes variants nobody fetches, as <see cref="RetentionPlan"/> says: rows at once, objects through the outbox of the same transaction.</summary>
[DisableConcurrentExecution(0), AutomaticRetry(Attempts = 3)]
internal sealed class PruneVariants(RegistryFactory registry, IOptions<LifecycleOptions> options, TimeProvider time, ILogger<PruneVariants> log)
{
    private readonly LifecycleOptions _options = options.Value;

    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await using var system = registry.ForSystem();
        var variants = system.Variants.AsNoTracking();
        var unusedSince = now - _options.PruneUnusedAfter;
        var unused = variants.Where(v => v.AccessCount == 0 && v.LastAccessedAt == null && v.CreatedAt < unusedSince);
        var pruned = await PruneAllAsync(unused.OrderBy(v => v.CreatedAt).ThenBy(v => v.Id), now, ct);
        if (_options.PruneIdleAfter is { } idle)
        {
            var idleSince = now - idle;
            foreach (var tier in Enum.GetValues<StorageTier>())
                pruned += await PruneAllAsync(variants.Where(v => v.Tier == tier && v.LastAccessedAt < idleSince).OrderBy(v => v.LastAccessedAt), now, ct);
        }

        Log.Swept(log, nameof(PruneVariants), pruned, "variants removed");
    }

    /// <summary>A page at a time, in the order of an index: what is not due is not read, however much there is.</summary>
    private async Task<int> PruneAllAsync(IQueryable<Variant> old, DateTimeOffset now, CancellationToken ct)
    {
        var pruned = 0;
        int removed;
        do
        {
            removed = 0;
            var page = await old.Take(_options.Batch).ToListAsync(ct);
            var due = page.Where(v => RetentionPlan.PrunesVariant(v.CreatedAt, v.LastAccessedAt, v.AccessCount, _options, now));
            foreach (var group in due.GroupBy(v => v.OrganizationId))
                removed += await PruneAsync(group.Key, [.. group], now, ct);
            pruned += removed;
        }
        while (removed > 0);
        return pruned;
    }

    private async Task<int> PruneAsync(Guid organizationId, IReadOnlyList<Variant> variants, DateTimeOffset now, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var removed = new List<string>(variants.Count);
        foreach (var variant in variants)
        {
            // A fetch since the page was read saves it.
            var gone = await db.Variants.Where(v => v.Id == variant.Id && v.AccessCount == variant.AccessCount).ExecuteDeleteAsync(ct);
            if (gone == 1)
                removed.Add(variant.StorageKey);
        }

        foreach (var keys in removed.Chunk(VariantsInvalidated.MaxKeys)) db.Publish(new VariantsInvalidated(organizationId, keys), now);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return removed.Count;
    }
}
