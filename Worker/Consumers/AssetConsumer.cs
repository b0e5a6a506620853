using Hangfire;
using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Webhooks;
using ImageService.Worker.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ImageService.Worker.Consumers;

/// <summary>What follows from an asset that came, changed or was deleted, and from a version that was.</summary>
internal sealed class AssetConsumer(IBackgroundJobClient jobs, Invalidator invalidator, AssetEvents events, RegistryFactory registry, ObjectStores stores)
    : IConsumer<AssetUploaded>, IConsumer<AssetChanged>, IConsumer<AssetDeleted>, IConsumer<AssetVersionDeleted>
{
    /// <summary>
    /// A new original: its intermediate and then the variants its presets ask for are made, and who asked is told. Replaced content is news to the
    /// edges.
    /// </summary>
    public async Task ConsumeAsync(AssetUploaded message, Guid messageId, CancellationToken ct)
    {
        if (message.Version > 1)
            await invalidator.PurgeEdgesAsync(message.OrganizationId, new InvalidationTarget.OfAsset(new AssetId(message.AssetId)), ct);
        jobs.Enqueue<GenerateIntermediate>(job => job.RunAsync(message.OrganizationId, message.AssetId, message.Version, CancellationToken.None));
        await events.AnnounceAsync(message.OrganizationId, message.AssetId, message.Version, WebhookEvents.AssetUploaded, messageId, ct);
    }

    /// <summary>
    /// Access, folder, tags or focal point changed: edges forget the asset's images, and presets that match now get their variants. Those that exist
    /// are found, not made again.
    /// </summary>
    public async Task ConsumeAsync(AssetChanged message, Guid messageId, CancellationToken ct)
    {
        await invalidator.PurgeEdgesAsync(message.OrganizationId, new InvalidationTarget.OfAsset(new AssetId(message.AssetId)), ct);
        jobs.Enqueue<GeneratePresetVariants>(job => job.RunAsync(message.OrganizationId, message.AssetId, CancellationToken.None));
    }

    /// <summary>
    /// A softly deleted asset: its variants go from every layer and every edge, and who asked is told. Its original stays until the retention time is
    /// over (<see cref="PurgeDeleted"/>).
    /// </summary>
    public async Task ConsumeAsync(AssetDeleted message, Guid messageId, CancellationToken ct)
    {
        await invalidator.InvalidateAsync(message.OrganizationId, new InvalidationTarget.OfAsset(new AssetId(message.AssetId)), ct);
        await events.AnnounceAsync(message.OrganizationId, message.AssetId, version: null, WebhookEvents.AssetDeleted, messageId, ct);
    }

    /// <summary>A version was deleted: its variants go from every layer and every edge, then its row and all of its objects.</summary>
    public async Task ConsumeAsync(AssetVersionDeleted message, Guid messageId, CancellationToken ct)
    {
        var target = new InvalidationTarget.OfVersion(new AssetId(message.AssetId), message.Version);
        await invalidator.InvalidateAsync(message.OrganizationId, target, ct);

        // Nothing can be published for it any more: the generation was raised after the version stopped being found.
        await using var db = registry.ForOrganization(message.OrganizationId);
        await db.AssetVersions.Where(row => row.AssetId == message.AssetId && row.Version == message.Version && row.DeletedAt != null).ExecuteDeleteAsync(ct);
        await stores.DeletePrefixEverywhereAsync(ObjectKey.VersionPrefix(message.OrganizationId, message.AssetId, message.Version), ct);
    }
}
