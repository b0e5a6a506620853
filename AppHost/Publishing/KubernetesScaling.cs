using k8s.Models;

namespace ImageService.AppHost.Publishing;

/// <summary>How many replicas there are: of the Api by its CPU, of the worker by the depth of the queue.</summary>
internal static class KubernetesScaling
{
    private const string Keda = "keda.sh/v1alpha1";
    private const string QueueName = "worker-queue";

    /// <summary>Messages that one worker is expected to keep up with.</summary>
    private const string MessagesPerWorker = "50";

    /// <summary>Replicas before any autoscaler has looked.</summary>
    public static IList<ReplicaCount> Least { get; } =
    [
        new() { Name = KubernetesServices.Delivery, Count = 3 },
        new() { Name = KubernetesServices.Control, Count = 2 },
        new() { Name = KubernetesServices.Worker, Count = 5 },
        new() { Name = KubernetesServices.Portal, Count = 2 },
    ];

    /// <summary>The autoscalers, with the queue that the worker reads.</summary>
    public static IEnumerable<object> Of(string queue)
    {
        yield return ByCpu(KubernetesServices.Delivery, 3, 10);
        yield return ByCpu(KubernetesServices.Control, 2, 5);
        var (trigger, authentication) = Trigger(queue);
        yield return new CustomResource<TriggerAuthenticationSpec>
        {
            ApiVersion = Keda, Kind = "TriggerAuthentication",
            Metadata = KubernetesServices.Metadata(QueueName), Spec = authentication
        };
        yield return new CustomResource<ScaledObjectSpec>
        {
            ApiVersion = Keda, Kind = "ScaledObject", Metadata = KubernetesServices.Metadata(KubernetesServices.Worker),
            Spec = new ScaledObjectSpec
            {
                ScaleTargetRef = new ScaleTarget { Name = KubernetesServices.Worker },
                MinReplicaCount = 5, MaxReplicaCount = 50, PollingInterval = 15, CooldownPeriod = 300, Triggers = [trigger],
            },
        };
    }

    private static V2HorizontalPodAutoscaler ByCpu(string name, int least, int most) => new()
    {
        ApiVersion = "autoscaling/v2", Kind = "HorizontalPodAutoscaler", Metadata = KubernetesServices.Metadata(name),
        Spec = new V2HorizontalPodAutoscalerSpec
        {
            ScaleTargetRef = new V2CrossVersionObjectReference { ApiVersion = "apps/v1", Kind = "Deployment", Name = name },
            MinReplicas = least,
            MaxReplicas = most,
            Metrics =
                [new V2MetricSpec { Type = "Resource",
                    Resource = new V2ResourceMetricSource { Name = "cpu", Target = new V2MetricTarget { Type = "Utilization", AverageUtilization = 70 } } }],
            // Memory caches are cold in a new replica: adding is quick, taking away is slow.
            Behavior = new V2HorizontalPodAutoscalerBehavior { ScaleDown = new V2HPAScalingRules { StabilizationWindowSeconds = 300 } },
        },
    };

    private static (ScaleTrigger Trigger, TriggerAuthenticationSpec Authentication) Trigger(string queue) => queue switch
    {
        "postgres" => (
            Scale("postgresql", ("query", "SELECT count(*) FROM queue.messages WHERE dead_at IS NULL AND visible_at <= clock_timestamp()"),
                ("targetQueryValue", MessagesPerWorker)),
            Secret("connection", "queue-scaler-connection")),
        "rabbitmq" => (
            Scale("rabbitmq", ("protocol", "amqp"), ("queueName", "imageservice"), ("mode", "QueueLength"), ("value", MessagesPerWorker)),
            Secret("host", "queue-connection-string")),
        "sqs" => (
            Scale("aws-sqs-queue", ("queueURL", "https://sqs.REGION.amazonaws.com/ACCOUNT/imageservice"), ("awsRegion", "REGION"),
                ("queueLength", MessagesPerWorker)),
            Identity("aws")),
        "pubsub" => (
            Scale("gcp-pubsub", ("subscriptionName", "imageservice"), ("mode", "SubscriptionSize"), ("value", MessagesPerWorker)),
            Identity("gcp")),
        "servicebus" => (
            Scale("azure-servicebus", ("queueName", "imageservice"), ("messageCount", MessagesPerWorker)),
            Secret("connection", "queue-connection-string")),
        _ => throw new NotSupportedException($"No autoscaler is known for the queue '{queue}'."),
    };

    private static ScaleTrigger Scale(string type, params (string Key, string Value)[] metadata) => new()
    {
        Type = type,
        Metadata = new SortedDictionary<string, string>(metadata.ToDictionary(entry => entry.Key, entry => entry.Value), StringComparer.Ordinal),
        AuthenticationRef = new AuthenticationReference { Name = QueueName },
    };

    private static TriggerAuthenticationSpec Secret(string parameter, string key) =>
        new() { SecretTargetRef = [new SecretTarget { Parameter = parameter, Name = KubernetesValues.Source, Key = key }] };

    private static TriggerAuthenticationSpec Identity(string provider) => new() { PodIdentity = new PodIdentity { Provider = provider } };
}
