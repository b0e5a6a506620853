using System.Text.Json;
using ImageService.Core.Caching;
using ImageService.Core.Facts;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Invalidation;

/// <summary>
/// Drops variants from every layer. In one transaction: the assets' generations are raised, which makes every cached copy unreachable and keeps flights in
/// the air from publishing;
/// rows are deleted; objects and CDNs are left to messages that commit with it; every replica is notified. After it: Redis and this process forget at once.
/// </summary>
public sealed class Invalidator(RegistryFactory registry, VariantCache cache, FactsCache facts, TimeProvider time, ILogger<Invalidator> logger)
{
    private const int AssetsPerTransaction = 1000;

    /// <summary>
    /// Invalidates and returns when every layer that this process can reach has forgotten; other replicas follow within moments, CDNs within seconds.
    /// </summary>
    public async Task<Invalidated> InvalidateAsync(Guid organizationId, InvalidationTarget target, CancellationToken ct)
    {
        var assets = 0;
        List<DroppedVariant> variants = [];
        await foreach (var batch in AssetsAsync(organizationId, target, ct))
        {
            var (dropped, raised) = await DropAsync(organizationId, target, batch, ct);
            await ForgetAsync(organizationId, raised, ct);
            variants.AddRange(dropped);
            assets += raised.Count;
        }

        await PurgeEdgesAsync(organizationId, target, variants, ct);
        Log.Invalidated(logger, variants.Count, assets);
        return new Invalidated(variants.Count, assets);
    }

    /// <summary>Tells the CDNs alone: URLs of the target mean something else now, while its variants stay right (access, focal point, a new version).</summary>
    public Task PurgeEdgesAsync(Guid organizationId, InvalidationTarget target, CancellationToken ct) => PurgeEdgesAsync(organizationId, target, [], ct);

    /// <summary>Tells the CDNs of a preset that changed; does nothing when it is gone (whoever removes one stages that in the same unit of work).</summary>
    public async Task PurgePresetEdgesAsync(Guid organizationId, Guid presetId, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        var preset = await db.Presets.AsNoTracking()
            .Where(row => row.Id == presetId).Select(row => new { row.Slug, row.TenantId, row.SpaceId }).SingleOrDefaultAsync(ct);
        if (preset is null)
            return;
        await StageEdgesAsync(db, organizationId, new InvalidationTarget.OfPreset(preset.Slug, preset.TenantId, preset.SpaceId), ct);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Adds the message to the CDNs to a unit of work: it goes out if and only if that commits.</summary>
    public Task StageEdgesAsync(RegistryDb db, Guid organizationId, InvalidationTarget target, CancellationToken ct) =>
        StageEdgesAsync(db, organizationId, target, [], ct);

    private async Task PurgeEdgesAsync(Guid organizationId, InvalidationTarget target, IReadOnlyList<DroppedVariant> dropped, CancellationToken ct)
    {
        await using var db = registry.ForOrganization(organizationId);
        await StageEdgesAsync(db, organizationId, target, dropped, ct);
        await db.SaveChangesAsync(ct);
    }

    private async Task StageEdgesAsync(RegistryDb db, Guid organizationId, InvalidationTarget target, IReadOnlyList<DroppedVariant> dropped,
        CancellationToken ct)
    {
        if (await EdgeScope.FindAsync(db, organizationId, target, dropped, ct) is { } scope)
            db.Publish(new EdgesStale(organizationId, scope.Tags, scope.Prefixes, scope.Paths), time.GetUtcNow());
    }

    /// <summary>The assets concerned, in batches that keep each transaction short.</summary>
    private async IAsyncEnumerable<Guid[]> AssetsAsync(Guid organizationId, InvalidationTarget target,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var after = Guid.Empty;
        while (true)
        {
            await using var db = registry.ForOrganization(organizationId);
            var page = await Select(db, organizationId, target)
                .Where(asset => asset.Id > after)
                .OrderBy(asset => asset.Id)
                .Select(asset => asset.Id)
                .Take(AssetsPerTransaction)
                .ToArrayAsync(ct);
            if (page.Length == 0)
                yield break;
            yield return page;
            after = page[^1];
        }
    }

    private static IQueryable<Asset> Select(RegistryDb db, Guid organizationId, InvalidationTarget target)
    {
        var assets = db.Assets.AsNoTracking().IgnoreQueryFilters().Where(asset => asset.OrganizationId == organizationId);
        return target switch
        {
            InvalidationTarget.OfAsset of => assets.Where(asset => asset.Id == of.AssetId.Value),
            InvalidationTarget.OfVersion of => assets.Where(asset => asset.Id == of.AssetId.Value),
            InvalidationTarget.OfVariant of => assets.Where(asset => asset.Id == of.AssetId.Value),
            InvalidationTarget.OfSpace { Tag: { } tag } of => assets.Where(asset => asset.SpaceId == of.SpaceId && asset.Tags.Contains(tag)),
            InvalidationTarget.OfSpace of => assets.Where(asset => asset.SpaceId == of.SpaceId),
            InvalidationTarget.OfPreset of => assets.Where(asset =>
                (of.TenantId == null || asset.TenantId == of.TenantId)
                && (of.SpaceId == null || asset.SpaceId == of.SpaceId)
                && db.Variants.Any(variant => variant.AssetId == asset.Id && variant.Preset == of.Slug)),
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };
    }

    private async Task<(IReadOnlyList<DroppedVariant> Dropped, IReadOnlyList<RaisedAsset> Raised)> DropAsync(Guid organizationId, InvalidationTarget target,
        Guid[] assets, CancellationToken ct)
    {
        var preset = (target as InvalidationTarget.OfPreset)?.Slug;
        var one = target as InvalidationTarget.OfVariant;
        var version = (target as InvalidationTarget.OfVersion)?.Version ?? one?.Version;
        var operations = one?.Operations;
        await using var db = registry.ForOrganization(organizationId);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);

        // The assets' rows are locked first, in order, as publishing a variant does: neither can slip through the other.
        var raised = await db.Database.SqlQuery<RaisedAsset>(
            $"""
            WITH locked AS (SELECT id FROM assets WHERE id = ANY({assets}) ORDER BY id FOR NO KEY UPDATE)
            UPDATE assets a SET variant_generation = a.variant_generation + 1 FROM locked WHERE a.id = locked.id
            RETURNING a.id, a.variant_generation AS generation
            """).ToListAsync(ct);
        var dropped = await db.Database.SqlQuery<DroppedVariant>(
            $"""
            DELETE FROM variants WHERE asset_id = ANY({assets}) AND ({preset}::text IS NULL OR preset = {preset})
                AND ({version}::int IS NULL OR version = {version})
                AND ({operations}::text IS NULL OR operations = {operations})
            RETURNING storage_key, asset_id, version, operations, format, preset
            """).ToListAsync(ct);
        var now = time.GetUtcNow();
        foreach (var chunk in dropped.Chunk(VariantsInvalidated.MaxKeys))
            db.Publish(new VariantsInvalidated(organizationId, Array.ConvertAll(chunk, static variant => variant.StorageKey)), now);
        await db.SaveChangesAsync(ct);
        foreach (var chunk in assets.Chunk(InvalidationListener.AssetsPerNotice))
        {
            var notice = JsonSerializer.Serialize(chunk);
            await db.Database.ExecuteSqlAsync($"SELECT pg_notify({InvalidationListener.Channel}, {notice})", ct);
        }

        await transaction.CommitAsync(ct);
        return (dropped, raised);
    }

    private async Task ForgetAsync(Guid organizationId, IReadOnlyList<RaisedAsset> raised, CancellationToken ct)
    {
        foreach (var asset in raised)
            facts.Forget(FactScope.Asset(organizationId, asset.Id));
        cache.ForgetInMemory(raised.Select(static asset => asset.Id).ToHashSet());
        await cache.ForgetInRedisAsync(raised.Select(static asset => (asset.Id, asset.Generation - 1)).ToList(), ct);
    }

    private sealed record RaisedAsset(Guid Id, int Generation);
}

/// <summary>A variant whose row is gone.</summary>
internal sealed record DroppedVariant
{
    public required string StorageKey { get; init; }

    public required Guid AssetId { get; init; }

    public required int Version { get; init; }

    public required string Operations { get; init; }

    public required string Format { get; init; }

    public required string? Preset { get; init; }
}
