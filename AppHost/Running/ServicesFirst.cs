using Microsoft.Extensions.Hosting;

namespace ImageService.AppHost.Running;

/// <summary>
/// Stops the services before the data servers. Aspire's orchestrator ends everything at once, and PostgreSQL would wait for the services' sessions until it is killed.
/// Hosted services stop in reverse order of their registration, so this one comes before the orchestrator's.
/// </summary>
internal sealed class ServicesFirst(DistributedApplicationModel model, ResourceNotificationService notifications, ResourceCommandService commands, ConsoleLog log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        log.Say("Stopping...");
        await Task.WhenAll(model.Resources.OfType<ProjectResource>()
            .Where(service => notifications.TryGetCurrentState(service.Name, out var current) && current.Snapshot.State?.Text == KnownResourceStates.Running)
            .Select(service => commands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand, cancellationToken)));
    }
}
