using k8s;

namespace ImageService.AppHost.Publishing;

/// <summary>
/// What Prometheus and Grafana are told: who to scrape, when to ring, what to draw. The files are those of <c>deploy/monitoring</c>, carried by this
/// assembly.
/// </summary>
internal static class KubernetesMonitoring
{
    private const string Group = "monitoring.coreos.com/v1";
    private const string Prefix = "monitoring/";

    /// <summary>File names and texts of the dashboards.</summary>
    public static IReadOnlyDictionary<string, string> Dashboards() => Files()
        .Where(name => name.EndsWith(".json", StringComparison.Ordinal))
        .ToDictionary(name => name[(name.LastIndexOf('/') + 1)..], Read);

    public static IEnumerable<object> Of()
    {
        yield return new CustomResource<ServiceMonitorSpec>
        {
            ApiVersion = Group, Kind = "ServiceMonitor", Metadata = KubernetesServices.Metadata("imageservice"),
            Spec = new ServiceMonitorSpec
            {
                Selector = new k8s.Models.V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["app.kubernetes.io/part-of"] = "imageservice" } },
                Endpoints = [new MonitoredEndpoint { Port = KubernetesServices.MetricsPort, Interval = "15s" }],
            },
        };
        yield return new CustomResource<PrometheusRules>
        {
            ApiVersion = Group, Kind = "PrometheusRule", Metadata = KubernetesServices.Metadata("imageservice"),
            Spec = KubernetesYaml.Deserialize<PrometheusRules>(Read($"{Prefix}alerts.yml"), strict: true),
        };
    }

    private static IEnumerable<string> Files() =>
        typeof(KubernetesMonitoring).Assembly.GetManifestResourceNames()
            .Select(name => name.Replace('\\', '/')).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static string Read(string name)
    {
        using var reader = new StreamReader(
            typeof(KubernetesMonitoring).Assembly.GetManifestResourceStream(name) ?? throw new FileNotFoundException($"The assembly carries no {name}."));
        return reader.ReadToEnd();
    }
}
