namespace ImageService.AppHost.Publishing;

/// <summary>A <c>kustomization.yaml</c>, as far as this application uses it.</summary>
internal sealed class Kustomization
{
    public string ApiVersion { get; set; } = "kustomize.config.k8s.io/v1beta1";

    public string Kind { get; set; } = "Kustomization";

    public string? Namespace { get; set; }

    public IList<string> Resources { get; set; } = [];

    public IList<ReplicaCount>? Replicas { get; set; }

    public IList<ConfigMapSource>? ConfigMapGenerator { get; set; }
}

internal sealed class ReplicaCount
{
    public string Name { get; set; } = "";

    public int Count { get; set; }
}

internal sealed class ConfigMapSource
{
    public string Name { get; set; } = "";

    public IList<string>? Literals { get; set; }

    public IList<string>? Files { get; set; }

    public GeneratorOptions? Options { get; set; }
}

internal sealed class GeneratorOptions
{
    public IDictionary<string, string>? Labels { get; set; }

    public bool? DisableNameSuffixHash { get; set; }
}
