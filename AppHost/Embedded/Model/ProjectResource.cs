namespace Aspire.Hosting.ApplicationModel;

/// <summary>A service whose source is a project of this solution.</summary>
public sealed class ProjectResource(string name, string projectPath)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport
{
    /// <summary>Absolute path of the .csproj file.</summary>
    public string ProjectPath { get; } = projectPath;
}

/// <summary>A program that is neither a project nor a container.</summary>
public sealed class ExecutableResource(string name, string command, string workingDirectory)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithServiceDiscovery, IResourceWithWaitSupport
{
    public string Command { get; } = command;

    public string WorkingDirectory { get; } = workingDirectory;
}

/// <summary>Something that is a container where there are containers. The embedded run has a substitute for each kind it knows.</summary>
public abstract class ContainerResource(string name, string image)
    : Resource(name), IResourceWithEnvironment, IResourceWithArgs, IResourceWithEndpoints, IResourceWithWaitSupport
{
    /// <summary>Registry, repository and tag.</summary>
    public string Image { get; } = image;

    public string? Entrypoint { get; init; }
}
