using Hangfire;
using ImageService.Core.Invalidation;
using ImageService.Core.Messaging;
using ImageService.Core.Presets;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>A preset was created or revised: edges forget what it meant before, and assets already there get its variants where it asks for that.</summary>
internal sealed class PresetChangedConsumer(IBackgroundJobClient jobs, Invalidator invalidator, PresetGenerations generations) : IConsumer<PresetChanged>
{
    public async Task ConsumeAsync(PresetChanged message, Guid messageId, CancellationToken ct)
    {
        await invalidator.PurgePresetEdgesAsync(message.OrganizationId, message.PresetId, ct);
        if (await generations.PlanAsync(message.OrganizationId, message.PresetId, messageId, ct))
            jobs.Enqueue<GenerateForPreset>(job => job.RunAsync(message.OrganizationId, messageId, null, CancellationToken.None));
    }
}
