using ImageService.Core.Messaging;
using ImageService.Core.Webhooks;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>A softly deleted asset: who asked is told. Its bytes stay until the retention time is over (<see cref="PurgeDeleted"/>).</summary>
internal sealed class AssetDeletedConsumer(AssetEvents events) : IConsumer<AssetDeleted>
{
    public Task ConsumeAsync(AssetDeleted message, Guid messageId, CancellationToken ct) =>
        events.AnnounceAsync(message.OrganizationId, message.AssetId, version: null, WebhookEvents.AssetDeleted, messageId, ct);
}
