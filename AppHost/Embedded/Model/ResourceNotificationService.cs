using System.Collections.Concurrent;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Knows how far each resource is.</summary>
public sealed class ResourceNotificationService
{
    private readonly ConcurrentDictionary<string, State> _states = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Completes once the resource has been ready for the first time.</summary>
    public Task WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default) =>
        Of(resourceName).Ready.Task.WaitAsync(cancellationToken);

    /// <summary>Completes with the exit code once the resource ran to its end.</summary>
    internal Task<int> WaitForExitCodeAsync(string resourceName, CancellationToken ct) => Of(resourceName).Completed.Task.WaitAsync(ct);

    /// <summary>True the first time only.</summary>
    internal bool SetReady(IResource resource) => Of(resource.Name).Ready.TrySetResult();

    internal void SetCompleted(IResource resource, int exitCode) => Of(resource.Name).Completed.TrySetResult(exitCode);

    private State Of(string resource) => _states.GetOrAdd(resource, _ => new());

    private sealed class State
    {
        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<int> Completed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
