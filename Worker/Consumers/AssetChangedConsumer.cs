using Hangfire;
using ImageService.Core.Messaging;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>Folder, tags or focal point changed: presets that match now get their variants. Those that exist are found, not made again.</summary>
internal sealed class AssetChangedConsumer(IBackgroundJobClient jobs) : IConsumer<AssetChanged>
{
    public Task ConsumeAsync(AssetChanged message, Guid messageId, CancellationToken ct)
    {
        jobs.Enqueue<GeneratePresetVariants>(job => job.RunAsync(message.OrganizationId, message.AssetId, CancellationToken.None));
        return Task.CompletedTask;
    }
}
