using Hangfire;
using ImageService.Core.Messaging;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>A preset was created or revised: assets already there get its variants where it asks for that.</summary>
internal sealed class PresetChangedConsumer(IBackgroundJobClient jobs) : IConsumer<PresetChanged>
{
    public Task ConsumeAsync(PresetChanged message, Guid messageId, CancellationToken ct)
    {
        jobs.Enqueue<GenerateForPreset>(job => job.RunAsync(message.OrganizationId, message.PresetId, Guid.Empty, CancellationToken.None));
        return Task.CompletedTask;
    }
}
