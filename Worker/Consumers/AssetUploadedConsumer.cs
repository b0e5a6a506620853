using Hangfire;
using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Core.Webhooks;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>
/// A new original: its intermediate and then the variants its presets ask for are made, and who asked is told. Replaced content is news to the edges.
/// </summary>
internal sealed class AssetUploadedConsumer(IBackgroundJobClient jobs, Invalidator invalidator, AssetEvents events) : IConsumer<AssetUploaded>
{
    public async Task ConsumeAsync(AssetUploaded message, Guid messageId, CancellationToken ct)
    {
        if (message.Version > 1)
            await invalidator.PurgeEdgesAsync(message.OrganizationId, new InvalidationTarget.OfAsset(new AssetId(message.AssetId)), ct);
        jobs.Enqueue<GenerateIntermediate>(job => job.RunAsync(message.OrganizationId, message.AssetId, message.Version, CancellationToken.None));
        await events.AnnounceAsync(message.OrganizationId, message.AssetId, message.Version, WebhookEvents.AssetUploaded, messageId, ct);
    }
}
