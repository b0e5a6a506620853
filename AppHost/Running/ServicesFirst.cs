using System.Diagnostics;
using System.Globalization;
using ImageService.AppHost.Servers;
using Microsoft.Extensions.Hosting;

namespace ImageService.AppHost.Running;

/// <summary>
/// Stops the services before the data servers. Aspire's orchestrator ends everything at once, and PostgreSQL would wait for the services' sessions until it
/// is killed.
/// Processes are asked directly: each command to the orchestrator takes it a round of its own, in which the rest waits.
/// Hosted services stop in reverse order of their registration, so this one comes before the orchestrator's, which finds nothing left to end.
/// </summary>
internal sealed class ServicesFirst(DistributedApplicationModel model, ResourceNotificationService notifications, ResourceCommandService commands,
    ConsoleLog log) : IHostedService
{
    /// <summary>How long a round of processes has to end; the orchestrator kills what has not.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        log.Say("Stopping...");
        if (OperatingSystem.IsWindows())
        {
            await Task.WhenAll(model.Resources.OfType<ProjectResource>().Where(service => StateOf(service)?.State?.Text == KnownResourceStates.Running)
                .Select(service => commands.ExecuteCommandAsync(service, KnownResourceCommands.StopCommand, cancellationToken)));
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await EndAsync(model.Resources.OfType<ProjectResource>(), patience.Token);
            await EndAsync(model.Resources.OfType<ExecutableResource>(), patience.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            log.Warn("Not every process ended when asked to; what is left is killed.");
        }
    }

    private async Task EndAsync(IEnumerable<IResource> resources, CancellationToken ct)
    {
        List<Task> ends = [];
        foreach (var resource in resources)
        {
            if (ProcessOf(resource) is not { } id)
                continue;
            try
            {
                var process = Process.GetProcessById(id);
                var signal = resource.Annotations.OfType<StopSignalAnnotation>().FirstOrDefault()?.Name ?? "TERM";
                ends.Add(EndAsync(process, signal, ct));
            }
            catch (ArgumentException)
            {
                // It has ended by itself.
            }
        }

        await Task.WhenAll(ends);
    }

    private static async Task EndAsync(Process process, string signal, CancellationToken ct)
    {
        using (process)
        {
            await Executables.RunAsync("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)], null, ct);
            await process.WaitForExitAsync(ct);
        }
    }

    private CustomResourceSnapshot? StateOf(IResource resource) => notifications.TryGetCurrentState(resource.Name, out var current) ? current.Snapshot : null;

    private int? ProcessOf(IResource resource) =>
        StateOf(resource) is { } state && state.State?.Text is { } text && (text == KnownResourceStates.Running || text == KnownResourceStates.Starting)
        && int.TryParse(state.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value?.ToString(), CultureInfo.InvariantCulture,
            out var id)
            ? id
            : null;
}

/// <summary>The signal by which a server ends quickly and in order, without the letters SIG; TERM where a resource has none.</summary>
internal sealed record StopSignalAnnotation(string Name) : IResourceAnnotation;
