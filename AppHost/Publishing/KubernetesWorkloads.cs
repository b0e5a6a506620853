#pragma warning disable ASPIREPROBES001 // probes are an experimental API of Aspire
using k8s.Models;

namespace ImageService.AppHost.Publishing;

/// <summary>
/// The application as Kubernetes objects: a Deployment and a Service for what listens, a Job for what runs once, a claim for each volume.
/// The other half of what a production cluster wants (ingress, limits, autoscaling, budgets) is the operator's.
/// </summary>
internal sealed class KubernetesWorkloads(DistributedApplicationExecutionContext execution, ImageNames images)
{
    private const string NameLabel = "app.kubernetes.io/name";
    private const string PartOfLabel = "app.kubernetes.io/part-of";
    private const string ClaimSize = "10Gi";
    private const long ServiceUser = 1654; // "app" of .NET's images

    private readonly KubernetesValues _values = new();
    private readonly List<object> _workloads = [];
    private readonly Dictionary<string, V1PersistentVolumeClaim> _claims = [];

    /// <summary>All objects: claims first.</summary>
    public IEnumerable<object> Objects => [.. _claims.Values, .. _workloads];

    /// <summary>Keys of the Secret that the objects refer to.</summary>
    public IReadOnlyCollection<string> Secrets => _values.Secrets;

    /// <summary>Adds one project or container.</summary>
    public async Task AddAsync(IResource resource, CancellationToken ct)
    {
        var endpoints = resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.UriScheme != "https").ToArray(); // TLS ends before the services
        var mounts = resource.Annotations.OfType<ContainerMountAnnotation>().ToArray();
        var container = await ContainerAsync(resource, endpoints, mounts, ct);
        var isService = resource is ProjectResource;
        var pod = new V1PodSpec
        {
            AutomountServiceAccountToken = false,
            SecurityContext = isService ? new V1PodSecurityContext { RunAsNonRoot = true, RunAsUser = ServiceUser, FsGroup = ServiceUser } : null,
            Containers = [container],
            Volumes = mounts.Length == 0 ? null : [.. mounts.Select(mount => new V1Volume { Name = mount.Source, PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = mount.Source } })],
        };
        foreach (var mount in mounts)
            Claim(mount.Source!);
        if (endpoints.Length == 0)
        {
            pod.RestartPolicy = "OnFailure";
            _workloads.Add(new V1Job
            {
                ApiVersion = "batch/v1", Kind = "Job", Metadata = Metadata(resource.Name),
                Spec = new V1JobSpec { BackoffLimit = 20, Template = new V1PodTemplateSpec { Metadata = Metadata(resource.Name), Spec = pod } },
            });
            return;
        }

        _workloads.Add(new V1Deployment
        {
            ApiVersion = "apps/v1", Kind = "Deployment", Metadata = Metadata(resource.Name),
            Spec = new V1DeploymentSpec
            {
                Replicas = 1,
                Selector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { [NameLabel] = resource.Name } },
                // Two data servers may not open one volume; services may.
                Strategy = new V1DeploymentStrategy { Type = isService || mounts.Length == 0 ? "RollingUpdate" : "Recreate" },
                Template = new V1PodTemplateSpec { Metadata = Metadata(resource.Name), Spec = pod },
            },
        });
        _workloads.Add(new V1Service
        {
            ApiVersion = "v1", Kind = "Service", Metadata = Metadata(resource.Name),
            Spec = new V1ServiceSpec
            {
                Selector = new Dictionary<string, string> { [NameLabel] = resource.Name },
                Ports = [.. endpoints.Select(endpoint => new V1ServicePort { Name = endpoint.Name, Port = KubernetesValues.PortOf(endpoint), TargetPort = endpoint.Name })],
            },
        });
    }

    private async Task<V1Container> ContainerAsync(IResource resource, EndpointAnnotation[] endpoints, ContainerMountAnnotation[] mounts, CancellationToken ct)
    {
        Dictionary<string, object> variables = [];
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await annotation.Callback(new EnvironmentCallbackContext(execution, resource, variables, ct));
        List<object> arguments = [];
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToArray())
            await annotation.Callback(new CommandLineArgsCallbackContext(arguments, resource, ct) { ExecutionContext = execution });
        var environment = _values.Environment(variables, arguments, out var texts);
        return new V1Container
        {
            Name = resource.Name,
            Image = resource is ProjectResource project ? images.Of(project.GetProjectMetadata())
                : resource.TryGetContainerImageName(out var image) ? image
                : throw new NotSupportedException($"{resource.Name} is neither a project nor a container."),
            Command = resource is ContainerResource { Entrypoint: { } entrypoint } ? [entrypoint] : null,
            Args = texts.Count == 0 ? null : texts,
            Env = environment,
            Ports = endpoints.Length == 0 ? null : [.. endpoints.Select(endpoint => new V1ContainerPort { Name = endpoint.Name, ContainerPort = KubernetesValues.PortOf(endpoint) })],
            VolumeMounts = mounts.Length == 0 ? null : [.. mounts.Select(mount => new V1VolumeMount { Name = mount.Source, MountPath = mount.Target, ReadOnlyProperty = mount.IsReadOnly ? true : null })],
            LivenessProbe = Probe(resource, ProbeType.Liveness),
            ReadinessProbe = Probe(resource, ProbeType.Readiness),
            SecurityContext = resource is ProjectResource
                ? new V1SecurityContext { AllowPrivilegeEscalation = false, Capabilities = new V1Capabilities { Drop = ["ALL"] } }
                : null,
        };
    }

    private static V1Probe? Probe(IResource resource, ProbeType type) =>
        resource.Annotations.OfType<EndpointProbeAnnotation>().FirstOrDefault(probe => probe.Type == type) is { } probe
            ? new V1Probe { HttpGet = new V1HTTPGetAction { Path = probe.Path, Port = probe.EndpointReference.EndpointName }, PeriodSeconds = probe.PeriodSeconds, TimeoutSeconds = 5, FailureThreshold = probe.FailureThreshold }
            : null;

    // A volume that two services mount must let both write.
    private void Claim(string name)
    {
        if (_claims.TryGetValue(name, out var shared))
            shared.Spec.AccessModes = ["ReadWriteMany"];
        else
            _claims[name] = new V1PersistentVolumeClaim
            {
                ApiVersion = "v1", Kind = "PersistentVolumeClaim", Metadata = Metadata(name),
                Spec = new V1PersistentVolumeClaimSpec
                {
                    AccessModes = ["ReadWriteOnce"],
                    Resources = new V1VolumeResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new(ClaimSize) } },
                },
            };
    }

    private static V1ObjectMeta Metadata(string name) => new() { Name = name, Labels = new Dictionary<string, string> { [NameLabel] = name, [PartOfLabel] = "imageservice" } };
}
