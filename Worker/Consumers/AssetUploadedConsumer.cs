using Hangfire;
using ImageService.Core.Messaging;
using ImageService.Core.Webhooks;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>A new original: its intermediate and then the variants its presets ask for are made, and who asked is told.</summary>
internal sealed class AssetUploadedConsumer(IBackgroundJobClient jobs, AssetEvents events) : IConsumer<AssetUploaded>
{
    public async Task ConsumeAsync(AssetUploaded message, Guid messageId, CancellationToken ct)
    {
        jobs.Enqueue<GenerateIntermediate>(job => job.RunAsync(message.OrganizationId, message.AssetId, message.Version, CancellationToken.None));
        await events.AnnounceAsync(message.OrganizationId, message.AssetId, message.Version, WebhookEvents.AssetUploaded, messageId, ct);
    }
}
