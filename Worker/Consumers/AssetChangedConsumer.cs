using Hangfire;
using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;
using ImageService.Core.Registry;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>
/// Access, folder, tags or focal point changed: edges forget the asset's images, and presets that match now get their variants. Those that exist are found,
/// not made again.
/// </summary>
internal sealed class AssetChangedConsumer(IBackgroundJobClient jobs, Invalidator invalidator) : IConsumer<AssetChanged>
{
    public async Task ConsumeAsync(AssetChanged message, Guid messageId, CancellationToken ct)
    {
        await invalidator.PurgeEdgesAsync(message.OrganizationId, new InvalidationTarget.OfAsset(new AssetId(message.AssetId)), ct);
        jobs.Enqueue<GeneratePresetVariants>(job => job.RunAsync(message.OrganizationId, message.AssetId, CancellationToken.None));
    }
}
