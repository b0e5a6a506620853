#pragma warning disable ASPIREPROBES001 // probes are an experimental API of Aspire
namespace ImageService.AppHost.Publishing;

/// <summary>One project or container of the application model, with what every form of deployment needs of it.</summary>
internal sealed record PublishedResource
{
    public required string Name { get; init; }

    public required string Image { get; init; }

    /// <summary>Whether it is a service of this application; else it is a data server from elsewhere.</summary>
    public required bool IsService { get; init; }

    public required IResource Resource { get; init; }

    /// <summary>What it listens on; TLS ends before the services.</summary>
    public required IReadOnlyList<EndpointAnnotation> Endpoints { get; init; }

    public required IReadOnlyList<ContainerMountAnnotation> Mounts { get; init; }

    public required IReadOnlyDictionary<string, object> Variables { get; init; }

    public required IReadOnlyList<object> Arguments { get; init; }

    public string? Entrypoint { get; init; }

    /// <summary>Path of the probe that says whether to start it again; null without one.</summary>
    public string? LivenessPath { get; init; }

    /// <summary>Path of the probe that says whether to send it requests; null without one.</summary>
    public string? ReadinessPath { get; init; }

    /// <summary>A service that does its work and ends, like the migrations.</summary>
    public bool RunsOnce => IsService && Endpoints.Count == 0;

    /// <summary>Everything in the model that is deployed, in its order.</summary>
    public static async Task<IReadOnlyList<PublishedResource>> ReadAsync(
        DistributedApplicationModel model, DistributedApplicationExecutionContext execution, PublishingOptions options, CancellationToken ct)
    {
        List<PublishedResource> resources = [];
        foreach (var resource in model.GetComputeResources())
            resources.Add(await ReadAsync(resource, execution, options, ct));
        return resources;
    }

    private static async Task<PublishedResource> ReadAsync(IResource resource, DistributedApplicationExecutionContext execution, PublishingOptions options,
        CancellationToken ct)
    {
        Dictionary<string, object> variables = [];
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await annotation.Callback(new EnvironmentCallbackContext(execution, resource, variables, ct));
        List<object> arguments = [];
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
            await annotation.Callback(new CommandLineArgsCallbackContext(arguments, resource, ct) { ExecutionContext = execution });
        return new PublishedResource
        {
            Name = resource.Name,
            Resource = resource,
            IsService = resource is ProjectResource,
            Image = resource is ProjectResource project ? options.ImageOf(project.GetProjectMetadata())
                : resource.TryGetContainerImageName(out var image) ? image
                : throw new NotSupportedException($"{resource.Name} is neither a project nor a container."),
            Endpoints = [.. resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.UriScheme != "https")],
            Mounts = [.. resource.Annotations.OfType<ContainerMountAnnotation>()],
            Variables = Read(variables),
            Arguments = arguments,
            Entrypoint = (resource as ContainerResource)?.Entrypoint,
            LivenessPath = Probe(resource, ProbeType.Liveness),
            ReadinessPath = Probe(resource, ProbeType.Readiness),
        };
    }

    private static string? Probe(IResource resource, ProbeType type) =>
        resource.Annotations.OfType<EndpointProbeAnnotation>().FirstOrDefault(probe => probe.Type == type)?.Path;

    /// <summary>
    /// The variables that the services read. Aspire writes each connection a second time in parts (<c>REGISTRY_HOST</c>), for programs in other languages;
    /// and nothing listens on the https endpoint that it gives each project.
    /// </summary>
    private static Dictionary<string, object> Read(Dictionary<string, object> variables)
    {
        var parts = variables.Keys
            .Where(name => name.StartsWith(ConnectionPrefix, StringComparison.Ordinal))
            .Select(name => $"{name[ConnectionPrefix.Length..].Replace('-', '_').ToUpperInvariant()}_").ToArray();
        return variables
            .Where(variable => !Array.Exists(parts, part => variable.Key.StartsWith(part, StringComparison.Ordinal)))
            .Where(variable => variable.Value is not (EndpointReference { Scheme: "https" } or EndpointReferenceExpression { Endpoint.Scheme: "https" }))
            .ToDictionary(variable => variable.Key, variable => variable.Value);
    }

    /// <summary>How the variable of a connection string begins.</summary>
    public const string ConnectionPrefix = "ConnectionStrings__";
}
