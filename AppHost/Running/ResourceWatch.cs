using System.Globalization;
using System.Text;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ImageService.AppHost.Running;

/// <summary>
/// Says on the console what starts and what is ready (<see cref="Restarts"/>: what died, and why); with <c>--logs</c> all that the resources write. The
/// dashboard has the rest.
/// </summary>
internal sealed class ResourceWatch(
    DistributedApplicationModel model, ResourceNotificationService notifications, ResourceLoggerService logs, LaunchOptions options, RunFolder folder,
    ConsoleLog log)
{
    private readonly Dictionary<string, string> _said = [];
    private readonly Dictionary<string, ResourceEvent> _latest = [];
    private bool _complete;

    /// <summary>Whether a change is of a process of the application's own; the dashboard and its like are Aspire's.</summary>
    public static bool IsOurs(ResourceEvent change) => IsOurs(change.Resource) && !change.Snapshot.IsHidden;

    private static bool IsOurs(IResource resource) =>
        resource is ProjectResource or ExecutableResource or ContainerResource && !resource.Name.StartsWith("aspire-", StringComparison.Ordinal);

    /// <summary>Watches until the token is cancelled.</summary>
    public void Begin(CancellationToken stopping)
    {
        _ = FollowAsync(stopping);
        if (!options.Logs)
            return;
        foreach (var resource in model.Resources.Where(IsOurs))
            _ = StreamAsync(resource, stopping);
    }

    private async Task FollowAsync(CancellationToken ct)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(ct))
            {
                if (!IsOurs(change))
                    continue;
                _latest[change.Resource.Name] = change;
                if (Describe(change) is not { } text || (_said.TryGetValue(change.Resource.Name, out var said) && said == text))
                    continue;
                _said[change.Resource.Name] = text;
                if (text.Length > 0)
                    log.Say($"{change.Resource.Name} {text}{(_complete && ProcessOf(change.Snapshot) is { } process ? $", process {process}" : "")}");
                SayTableOnce();
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The run ends.
        }
    }

    private static object? ProcessOf(CustomResourceSnapshot snapshot) =>
        snapshot.Properties.FirstOrDefault(property => property.Name == "executable.pid")?.Value;

    private static string? Describe(ResourceEvent change)
    {
        var state = change.Snapshot.State?.Text;
        if (state == KnownResourceStates.Running)
            return change.Snapshot.HealthStatus is HealthStatus.Healthy && !RunsOnce(change.Resource) ? "is ready" : "started";
        if (state == KnownResourceStates.RuntimeUnhealthy)
            return "cannot start: the container runtime does not answer";
        if (!KnownResourceStates.TerminalStates.Contains(state))
            return null;
        return change.Snapshot.ExitCode == 0 ? "ended" : ""; // what died is said where it is started again
    }

    private static bool RunsOnce(IResource resource) => resource.Annotations.OfType<RunsOnceAnnotation>().Any();

    private void SayTableOnce()
    {
        if (_complete || !_latest.Keys.All(name => _said.TryGetValue(name, out var said) && (said == "is ready" || RunsOnce(_latest[name].Resource))))
            return;
        _complete = true;
        var table = new StringBuilder("Running:");
        foreach (var (resource, snapshot) in _latest.Values.Select(change => (change.Resource, change.Snapshot)))
        {
            var addresses = resource is IResourceWithEndpoints served
                ? string.Join(' ', served.GetEndpoints().Where(endpoint => endpoint.IsAllocated).Select(endpoint => endpoint.Url))
                : "";
            var process = ProcessOf(snapshot);
            table.Append(CultureInfo.InvariantCulture,
                $"\n  {resource.Name,-12}{addresses,-27} {(addresses.Length == 0 ? "finished" : process is null ? "container" : $"process {process}")}");
        }

        table.Append(CultureInfo.InvariantCulture, $"\n  data in {folder.Path}{(folder.Ephemeral ? " (removed at exit)" : "")}");
        foreach (var line in table.ToString().Split('\n'))
            log.Say(line);
    }

    private async Task StreamAsync(IResource resource, CancellationToken ct)
    {
        try
        {
            await foreach (var batch in logs.WatchAsync(resource).WithCancellation(ct))
            {
                foreach (var line in batch)
                    log.Write(resource.Name, LastLines.WithoutTime(line.Content));
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The run ends.
        }
    }
}
