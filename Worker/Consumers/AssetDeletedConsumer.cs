using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Webhooks;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>
/// A softly deleted asset: its variants go from every layer and every edge, and who asked is told. Its original stays until the retention time is over
/// (<see cref="PurgeDeleted"/>).
/// </summary>
internal sealed class AssetDeletedConsumer(Invalidator invalidator, AssetEvents events) : IConsumer<AssetDeleted>
{
    public async Task ConsumeAsync(AssetDeleted message, Guid messageId, CancellationToken ct)
    {
        await invalidator.InvalidateAsync(message.OrganizationId, new InvalidationTarget.OfAsset(new AssetId(message.AssetId)), ct);
        await events.AnnounceAsync(message.OrganizationId, message.AssetId, version: null, WebhookEvents.AssetDeleted, messageId, ct);
    }
}
