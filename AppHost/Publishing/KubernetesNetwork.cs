using k8s.Models;

namespace ImageService.AppHost.Publishing;

/// <summary>Who may speak to whom: nobody, and then what each service needs.</summary>
internal static class KubernetesNetwork
{
    /// <summary>Label of namespaces whose pods may call what is public: the gateway's.</summary>
    public const string GatewayLabel = "imageservice/gateway";

    /// <summary>Label of namespaces whose pods may read metrics: Prometheus'.</summary>
    public const string MonitoringLabel = "imageservice/monitoring";

    private const int Smtp = 587;
    private static readonly int[] Web = [80, 443];
    private static readonly int[] DataServers = [5432, 6432, 6379, 5671, 5672, 4317]; // PostgreSQL and its pooler, Redis, RabbitMQ, telemetry

    /// <summary>Denies all, then lets each service have what it needs.</summary>
    public static IEnumerable<V1NetworkPolicy> Policies()
    {
        yield return Policy("default-deny", new V1LabelSelector(), ingress: [], egress: []);
        yield return Policy("allow-dns", new V1LabelSelector(), ingress: null, egress:
        [
            new V1NetworkPolicyEgressRule { Ports = [Port(53, "UDP"), Port(53, "TCP")] },
        ]);
        yield return Policy("allow-metrics", new V1LabelSelector(), egress: null, ingress:
        [
            new V1NetworkPolicyIngressRule { FromProperty = [Namespaces(MonitoringLabel)], Ports = [Port(KubernetesServices.MetricsPortNumber)] },
        ]);
        yield return Service(KubernetesServices.Delivery, [Namespaces(GatewayLabel)], [To(DataServers), To(Web)]);
        yield return Service(KubernetesServices.Control, [Namespaces(GatewayLabel), Pods(KubernetesServices.Portal)], [To(DataServers), To(Web), To(Smtp)]);
        yield return Service(KubernetesServices.Worker, [], [To(DataServers), To(Web), To(Smtp)]);
        yield return Service(KubernetesServices.Portal, [Namespaces(GatewayLabel)],
            [To(4317), new V1NetworkPolicyEgressRule { To = [Pods(KubernetesServices.Control)], Ports = [Port(PublishedText.ServicePort)] }]);
        yield return Policy("migrations", KubernetesServices.Selector("migrations"), ingress: null, egress: [To(5432, 6432)]);
    }

    /// <summary>The way of the autoscaler to a queue that runs in this namespace.</summary>
    public static V1NetworkPolicy ScalerToQueue() => Policy(
        "allow-scaler", new V1LabelSelector
        {
            MatchExpressions =
            [new V1LabelSelectorRequirement { Key = KubernetesServices.NameLabel, OperatorProperty = "NotIn", Values = [.. KubernetesServices.Deployments] }]
        },
        egress: null, ingress:
        [
            new V1NetworkPolicyIngressRule
            {
                FromProperty =
                    [new V1NetworkPolicyPeer { NamespaceSelector =
                        new V1LabelSelector { MatchLabels = new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = "keda" } } }],
                Ports = [Port(5432), Port(5672), Port(15672)],
            },
        ]);

    private static V1NetworkPolicy Service(string name, IList<V1NetworkPolicyPeer> callers, IList<V1NetworkPolicyEgressRule> egress) => Policy(
        name, KubernetesServices.Selector(name), egress: egress,
        ingress: callers.Count == 0 ? null : [new V1NetworkPolicyIngressRule { FromProperty = callers, Ports = [Port(PublishedText.ServicePort)] }]);

    private static V1NetworkPolicy Policy(string name, V1LabelSelector pods, IList<V1NetworkPolicyIngressRule>? ingress,
        IList<V1NetworkPolicyEgressRule>? egress) => new()
        {
            ApiVersion = "networking.k8s.io/v1", Kind = "NetworkPolicy", Metadata = KubernetesServices.Metadata(name),
            Spec = new V1NetworkPolicySpec
            {
                PodSelector = pods, Ingress = ingress, Egress = egress,
                PolicyTypes = [.. (string[])(ingress is null ? [] : ["Ingress"]), .. (string[])(egress is null ? [] : ["Egress"])],
            },
        };

    private static V1NetworkPolicyEgressRule To(params int[] ports) => new() { Ports = [.. ports.Select(port => Port(port))] };

    private static V1NetworkPolicyPort Port(int port, string protocol = "TCP") => new() { Port = port, Protocol = protocol };

    private static V1NetworkPolicyPeer Pods(string name) => new() { PodSelector = KubernetesServices.Selector(name) };

    private static V1NetworkPolicyPeer Namespaces(string label) =>
        new() { NamespaceSelector = new V1LabelSelector { MatchLabels = new Dictionary<string, string> { [label] = "true" } } };
}
