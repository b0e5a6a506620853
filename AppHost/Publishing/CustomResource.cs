using k8s.Models;

namespace ImageService.AppHost.Publishing;

/// <summary>A Kubernetes object of a kind that the client library has no type for.</summary>
/// <typeparam name="TSpec">Its <c>spec</c>, as far as this application uses it.</typeparam>
internal sealed class CustomResource<TSpec>
{
    public string ApiVersion { get; set; } = "";

    public string Kind { get; set; } = "";

    public V1ObjectMeta Metadata { get; set; } = new();

    public TSpec Spec { get; set; } = default!;
}

/// <summary><c>gateway.networking.k8s.io/v1</c> HTTPRoute.</summary>
internal sealed class HttpRouteSpec
{
    public IList<GatewayReference> ParentRefs { get; set; } = [];

    public IList<string> Hostnames { get; set; } = [];

    public IList<HttpRouteRule> Rules { get; set; } = [];
}

internal sealed class GatewayReference
{
    public string Name { get; set; } = "";

    public string? Namespace { get; set; }
}

internal sealed class HttpRouteRule
{
    public IList<HttpRouteMatch>? Matches { get; set; }

    public IList<BackendReference> BackendRefs { get; set; } = [];
}

internal sealed class HttpRouteMatch
{
    public HttpPathMatch Path { get; set; } = new();
}

internal sealed class HttpPathMatch
{
    public string Type { get; set; } = "PathPrefix";

    public string Value { get; set; } = "/";
}

internal sealed class BackendReference
{
    public string Name { get; set; } = "";

    public int Port { get; set; }
}

/// <summary><c>keda.sh/v1alpha1</c> ScaledObject.</summary>
internal sealed class ScaledObjectSpec
{
    public ScaleTarget ScaleTargetRef { get; set; } = new();

    public int MinReplicaCount { get; set; }

    public int MaxReplicaCount { get; set; }

    public int PollingInterval { get; set; }

    public int CooldownPeriod { get; set; }

    public IList<ScaleTrigger> Triggers { get; set; } = [];
}

internal sealed class ScaleTarget
{
    public string Name { get; set; } = "";
}

internal sealed class ScaleTrigger
{
    public string Type { get; set; } = "";

    public IDictionary<string, string> Metadata { get; set; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public AuthenticationReference? AuthenticationRef { get; set; }
}

internal sealed class AuthenticationReference
{
    public string Name { get; set; } = "";
}

/// <summary><c>keda.sh/v1alpha1</c> TriggerAuthentication.</summary>
internal sealed class TriggerAuthenticationSpec
{
    public IList<SecretTarget>? SecretTargetRef { get; set; }

    public PodIdentity? PodIdentity { get; set; }
}

internal sealed class SecretTarget
{
    public string Parameter { get; set; } = "";

    public string Name { get; set; } = "";

    public string Key { get; set; } = "";
}

internal sealed class PodIdentity
{
    public string Provider { get; set; } = "";
}

/// <summary><c>monitoring.coreos.com/v1</c> ServiceMonitor.</summary>
internal sealed class ServiceMonitorSpec
{
    public V1LabelSelector Selector { get; set; } = new();

    public IList<MonitoredEndpoint> Endpoints { get; set; } = [];
}

internal sealed class MonitoredEndpoint
{
    public string Port { get; set; } = "";

    public string Interval { get; set; } = "";
}

/// <summary><c>monitoring.coreos.com/v1</c> PrometheusRule; the same text is a rule file of Prometheus.</summary>
internal sealed class PrometheusRules
{
    public IList<RuleGroup> Groups { get; set; } = [];
}

internal sealed class RuleGroup
{
    public string Name { get; set; } = "";

    public string? Interval { get; set; }

    public IList<AlertRule> Rules { get; set; } = [];
}

internal sealed class AlertRule
{
    public string Alert { get; set; } = "";

    public string Expr { get; set; } = "";

    public string For { get; set; } = "";

    public IDictionary<string, string> Labels { get; set; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public IDictionary<string, string> Annotations { get; set; } = new SortedDictionary<string, string>(StringComparer.Ordinal);
}

/// <summary><c>external-secrets.io/v1</c> ExternalSecret.</summary>
internal sealed class ExternalSecretSpec
{
    public string RefreshInterval { get; set; } = "";

    public SecretStoreReference SecretStoreRef { get; set; } = new();

    public ExternalSecretTarget Target { get; set; } = new();

    public IList<ExternalSecretEntry> Data { get; set; } = [];
}

internal sealed class SecretStoreReference
{
    public string Name { get; set; } = "";

    public string Kind { get; set; } = "";
}

internal sealed class ExternalSecretTarget
{
    public string Name { get; set; } = "";
}

internal sealed class ExternalSecretEntry
{
    public string SecretKey { get; set; } = "";

    public RemoteReference RemoteRef { get; set; } = new();
}

internal sealed class RemoteReference
{
    public string Key { get; set; } = "";
}
