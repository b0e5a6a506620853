using Hangfire;
using ImageService.Core.Lifecycle;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
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
        var (now, after, pruned) = (time.GetUtcNow(), Guid.Empty, 0);
        await using var system = registry.ForSystem();
        while (await PageAsync(system, after, now, ct) is { Count: > 0 } page)
        {
            var due = page.Where(v => RetentionPlan.PrunesVariant(v.CreatedAt, v.LastAccessedAt, v.AccessCount, _options, now));
            foreach (var group in due.GroupBy(v => v.OrganizationId)) pruned += await PruneAsync(group.Key, [.. group], now, ct);
            after = page[^1].Id;
        }

        Log.Swept(log, nameof(PruneVariants), pruned, "variants removed");
    }

    private Task<List<Variant>> PageAsync(RegistryDb db, Guid after, DateTimeOffset now, CancellationToken ct)
    {
        var unusedSince = now - _options.PruneUnusedAfter;
        var idleSince = _options.PruneIdleAfter is { } idle ? now - idle : DateTimeOffset.MinValue;
        return db.Variants.AsNoTracking()
            .Where(v => v.Id > after)
            .Where(v => (v.AccessCount == 0 && v.LastAccessedAt == null && v.CreatedAt < unusedSince) || (v.LastAccessedAt ?? v.CreatedAt) < idleSince)
            .OrderBy(v => v.Id).Take(_options.Batch)
            .ToListAsync(ct);
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
