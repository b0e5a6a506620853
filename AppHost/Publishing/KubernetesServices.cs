using System.Globalization;
using System.Text.RegularExpressions;
using k8s.Models;

namespace ImageService.AppHost.Publishing;

/// <summary>
/// The services of the application as Kubernetes objects. The Api is deployed twice from one image, images apart from the rest, so that each is scaled by
/// its own load.
/// Data servers are not among them: a cluster's database, cache and queue belong to operators made for them.
/// </summary>
internal sealed partial class KubernetesServices(KubernetesValues values, PublishingOptions options)
{
    public const string Api = "api";
    public const string Delivery = "delivery";
    public const string Control = "control";
    public const string Worker = "worker";
    public const string Portal = "portal";
    public const string NameLabel = "app.kubernetes.io/name";
    public const string MetricsPort = "metrics";
    public const int MetricsPortNumber = 9090;

    /// <summary>Who the containers run as: <c>app</c> of .NET's images.</summary>
    public const long ServiceUser = 1654;

    private const string PartOfLabel = "app.kubernetes.io/part-of";
    private const string PriorityClass = "imageservice-delivery";
    private const string ClaimSize = "10Gi";

    /// <summary>What each deployment is for, asks of a node, and may take. No limit of CPU: a limit would throttle transforms while cores are idle.</summary>
    private static readonly Dictionary<string, (string Cpu, string Memory, string MemoryLimit, int DrainSeconds)> Shapes = new()
    {
        [Delivery] = ("500m", "768Mi", "1536Mi", 10),
        [Control] = ("250m", "768Mi", "1536Mi", 10),
        [Worker] = ("250m", "768Mi", "1536Mi", 0),
        [Portal] = ("100m", "256Mi", "512Mi", 10),
    };

    private readonly SortedDictionary<string, V1PersistentVolumeClaim> _claims = new(StringComparer.Ordinal);

    /// <summary>Names of the deployments, in their order.</summary>
    public static IReadOnlyList<string> Deployments { get; } = [Delivery, Control, Worker, Portal];

    /// <summary>The claims that the services' volumes need.</summary>
    public IEnumerable<V1PersistentVolumeClaim> Claims => _claims.Values;

    /// <summary>The objects of one service: a Deployment and a Service, or a Job for what runs once.</summary>
    public IEnumerable<object> Of(PublishedResource resource)
    {
        if (resource.RunsOnce)
            return [Job(resource)];
        return resource.Name == Api
            ? [.. Deployed(resource, Delivery), .. Deployed(resource, Control)]
            : Deployed(resource, resource.Name);
    }

    public static V1ObjectMeta Metadata(string name) =>
        new() { Name = name, Labels = new Dictionary<string, string> { [NameLabel] = name, [PartOfLabel] = "imageservice" } };

    public static V1LabelSelector Selector(string name) => new() { MatchLabels = new Dictionary<string, string> { [NameLabel] = name } };

    /// <summary>Delivery goes before what may wait, when a node is short.</summary>
    public static V1PriorityClass Priority() => new()
    {
        ApiVersion = "scheduling.k8s.io/v1", Kind = "PriorityClass", Metadata = Metadata(PriorityClass), Value = 1000, GlobalDefault = false,
        Description = "Images are served before uploads, the portal and background work.",
    };

    private IEnumerable<object> Deployed(PublishedResource resource, string name)
    {
        yield return new V1Deployment
        {
            ApiVersion = "apps/v1", Kind = "Deployment", Metadata = Metadata(name),
            Spec = new V1DeploymentSpec
            {
                Selector = Selector(name),
                Strategy =
                    new V1DeploymentStrategy { Type = "RollingUpdate", RollingUpdate = new V1RollingUpdateDeployment { MaxUnavailable = 0, MaxSurge = 1 } },
                Template = new V1PodTemplateSpec { Metadata = Metadata(name), Spec = Pod(resource, name) },
            },
        };
        yield return new V1Service
        {
            ApiVersion = "v1", Kind = "Service", Metadata = Metadata(name),
            Spec = new V1ServiceSpec
            {
                Selector = new Dictionary<string, string> { [NameLabel] = name },
                SessionAffinity = name == Portal ? "ClientIP" : null, // a page's circuit lives in one replica
                Ports =
                [
                    .. resource.Endpoints.Select(
                        endpoint => new V1ServicePort { Name = endpoint.Name, Port = PublishedText.PortOf(endpoint), TargetPort = endpoint.Name }),
                    new V1ServicePort { Name = MetricsPort, Port = MetricsPortNumber, TargetPort = MetricsPort },
                ],
            },
        };
        yield return new V1PodDisruptionBudget
        {
            ApiVersion = "policy/v1", Kind = "PodDisruptionBudget", Metadata = Metadata(name),
            Spec = new V1PodDisruptionBudgetSpec { MaxUnavailable = 1, Selector = Selector(name), UnhealthyPodEvictionPolicy = "AlwaysAllow" },
        };
    }

    // A Job cannot be changed: each version has its own, and services are unready until the schema fits them.
    private V1Job Job(PublishedResource resource)
    {
        var name = $"{resource.Name}-{NotInNames().Replace(options.ImageTag.ToLower(CultureInfo.InvariantCulture), "-").Trim('-')}";
        var pod = Pod(resource, resource.Name);
        pod.RestartPolicy = "OnFailure";
        return new V1Job
        {
            ApiVersion = "batch/v1", Kind = "Job", Metadata = Metadata(name),
            Spec =
                new V1JobSpec
                {
                    BackoffLimit = 20, TtlSecondsAfterFinished = 86400,
                    Template = new V1PodTemplateSpec { Metadata = Metadata(resource.Name), Spec = pod }
                },
        };
    }

    private V1PodSpec Pod(PublishedResource resource, string name)
    {
        foreach (var mount in resource.Mounts)
            Claim(mount.Source!);
        return new V1PodSpec
        {
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            PriorityClassName = name == Delivery ? PriorityClass : null,
            TerminationGracePeriodSeconds = 60,
            SecurityContext = new V1PodSecurityContext
            {
                RunAsNonRoot = true, RunAsUser = ServiceUser, RunAsGroup = ServiceUser, FsGroup = ServiceUser, FsGroupChangePolicy = "OnRootMismatch",
                SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
            },
            TopologySpreadConstraints = resource.RunsOnce ? null : [Spread("kubernetes.io/hostname", name), Spread("topology.kubernetes.io/zone", name)],
            Containers = [Container(resource, name)],
            Volumes =
            [
                new V1Volume { Name = "tmp", EmptyDir = new V1EmptyDirVolumeSource() },
                .. resource.Mounts.Select(
                    mount =>
                        new V1Volume { Name = mount.Source, PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = mount.Source } }),
            ],
        };
    }

    private V1Container Container(PublishedResource resource, string name)
    {
        var (variables, arguments) = values.Of(resource);
        if (resource.Name == Api)
            variables.Add(new V1EnvVar { Name = "Api__Serve", Value = name });
        if (!resource.RunsOnce)
            variables.Add(new V1EnvVar { Name = "Metrics__Port", Value = MetricsPortNumber.ToString(CultureInfo.InvariantCulture) });
        var shape = Shapes.GetValueOrDefault(name, Shapes[Portal]);

        // Until the pod is out of all load balancers. Not by preStop, in which the process would not know, and send nobody away.
        if (shape.DrainSeconds > 0 && !resource.RunsOnce)
            variables.Add(new V1EnvVar { Name = "Shutdown__Drain", Value = $"{TimeSpan.FromSeconds(shape.DrainSeconds):c}" });
        return new V1Container
        {
            Name = name,
            Image = resource.Image,
            Args = arguments.Count == 0 ? null : arguments,
            Env = variables,
            Ports = resource.RunsOnce ? null :
            [
                .. resource.Endpoints.Select(endpoint => new V1ContainerPort { Name = endpoint.Name, ContainerPort = PublishedText.PortOf(endpoint) }),
                new V1ContainerPort { Name = MetricsPort, ContainerPort = MetricsPortNumber },
            ],
            VolumeMounts =
            [
                new V1VolumeMount { Name = "tmp", MountPath = "/tmp" },
                .. resource.Mounts.Select(
                    mount => new V1VolumeMount { Name = mount.Source, MountPath = mount.Target, ReadOnlyProperty = mount.IsReadOnly ? true : null }),
            ],
            StartupProbe = Probe(resource, resource.LivenessPath, period: 2, failures: 60),
            LivenessProbe = Probe(resource, resource.LivenessPath, period: 10, failures: 6),
            ReadinessProbe = Probe(resource, resource.ReadinessPath, period: 5, failures: 2),
            Resources = new V1ResourceRequirements
            {
                Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new(shape.Cpu), ["memory"] = new(shape.Memory) },
                Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new(shape.MemoryLimit) },
            },
            SecurityContext =
                new V1SecurityContext { AllowPrivilegeEscalation = false, ReadOnlyRootFilesystem = true, Capabilities = new V1Capabilities { Drop = ["ALL"] } },
        };
    }

    private static V1TopologySpreadConstraint Spread(string topology, string name) =>
        new() { MaxSkew = 1, TopologyKey = topology, WhenUnsatisfiable = "ScheduleAnyway", LabelSelector = Selector(name) };

    private static V1Probe? Probe(PublishedResource resource, string? path, int period, int failures) =>
        path is null ? null
            : new V1Probe
            {
                HttpGet = new V1HTTPGetAction { Path = path, Port = resource.Endpoints[0].Name }, PeriodSeconds = period, TimeoutSeconds = 5,
                FailureThreshold = failures
            };

    // Every volume of the services is shared by their replicas.
    private void Claim(string name) => _claims[name] = new V1PersistentVolumeClaim
    {
        ApiVersion = "v1", Kind = "PersistentVolumeClaim", Metadata = Metadata(name),
        Spec = new V1PersistentVolumeClaimSpec
        {
            AccessModes = ["ReadWriteMany"],
            Resources = new V1VolumeResourceRequirements { Requests = new Dictionary<string, ResourceQuantity> { ["storage"] = new(ClaimSize) } },
        },
    };

    [GeneratedRegex("[^a-z0-9-]+", RegexOptions.None, 1000)]
    private static partial Regex NotInNames();
}
