namespace Aspire.Hosting.ApplicationModel;

/// <summary>The environment of one resource while it is evaluated; values are text or references.</summary>
public sealed class EnvironmentCallbackContext(DistributedApplicationExecutionContext executionContext)
{
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    public Dictionary<string, object> EnvironmentVariables { get; } = [];
}

/// <summary>Adds environment variables when the resource is evaluated.</summary>
public sealed record EnvironmentCallbackAnnotation(Func<EnvironmentCallbackContext, Task> Callback) : IResourceAnnotation;

/// <summary>The arguments of one resource while they are evaluated; values are text or references.</summary>
public sealed class CommandLineArgsCallbackContext(DistributedApplicationExecutionContext executionContext)
{
    public DistributedApplicationExecutionContext ExecutionContext { get; } = executionContext;

    public IList<object> Args { get; } = [];
}

/// <summary>Adds command-line arguments when the resource is evaluated.</summary>
public sealed record CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> Callback) : IResourceAnnotation;
