namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource starts only after another one.</summary>
public sealed record WaitAnnotation(IResource Resource, WaitType WaitType, int ExitCode = 0) : IResourceAnnotation;

/// <summary>What a resource waits for.</summary>
public enum WaitType
{
    /// <summary>The dependency runs and is healthy.</summary>
    WaitUntilHealthy,

    /// <summary>The dependency ran to its end.</summary>
    WaitForCompletion,
}

/// <summary>A resource is ready only when this path answers with this status.</summary>
public sealed record HttpHealthCheckAnnotation(string EndpointName, string Path, int StatusCode) : IResourceAnnotation;

/// <summary>What is called each time the resource has become ready for the first time.</summary>
public sealed record ReadyCallbackAnnotation(Func<ResourceReadyEvent, CancellationToken, Task> Callback) : IResourceAnnotation;

/// <summary>A resource has become ready.</summary>
public sealed record ResourceReadyEvent(IResource Resource, IServiceProvider Services);

/// <summary>Which launch profile of its project a resource uses; null for none.</summary>
public sealed record LaunchProfileAnnotation(string? Name) : IResourceAnnotation;

/// <summary>A named volume: in the embedded run a folder under the data folder.</summary>
public sealed record ContainerMountAnnotation(string Source, string Target, bool IsReadOnly) : IResourceAnnotation;

/// <summary>A probe of the deployment target; the embedded run has health checks instead.</summary>
public sealed record ProbeAnnotation(ProbeType Type, string EndpointName, string Path) : IResourceAnnotation;

/// <summary>The purpose of a probe.</summary>
public enum ProbeType
{
    Startup,
    Readiness,
    Liveness,
}
