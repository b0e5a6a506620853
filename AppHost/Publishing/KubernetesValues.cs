using k8s.Models;

namespace ImageService.AppHost.Publishing;

/// <summary>
/// The variables of a container. Secrets, connection strings among them, are references to a Secret of the operator's; parameters that are no secrets are
/// references to the ConfigMap that each overlay makes. The data servers are the operator's too: how they are reached stands in the connection strings alone.
/// </summary>
internal sealed class KubernetesValues : PublishedText
{
    /// <summary>Name of the Secret and of the ConfigMap, with one key per parameter.</summary>
    public const string Source = "imageservice";

    private readonly SortedDictionary<string, string> _secrets = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _settings = new(StringComparer.Ordinal);

    /// <summary>Keys of the Secret that were referred to, with what each is for.</summary>
    public IReadOnlyDictionary<string, string> Secrets => _secrets;

    /// <summary>Keys of the ConfigMap that were referred to, with what each is for.</summary>
    public IReadOnlyDictionary<string, string> Settings => _settings;

    /// <summary>The variables and arguments of a resource.</summary>
    public (List<V1EnvVar> Variables, List<string> Arguments) Of(PublishedResource resource) =>
        ([.. resource.Variables.Select(variable => Variable(variable.Key, variable.Value))], [.. resource.Arguments.Select(TextOf)]);

    // The Api's images and its control plane are deployed apart; services call the latter.
    protected override string HostOf(IResource resource) => resource.Name == KubernetesServices.Api ? KubernetesServices.Control : resource.Name;

    protected override string Parameter(ParameterResource parameter) => throw Unknown($"parameter {parameter.Name} inside a text");

    private V1EnvVar Variable(string name, object value)
    {
        if (name.StartsWith(PublishedResource.ConnectionPrefix, StringComparison.Ordinal))
        {
            var connection = name[PublishedResource.ConnectionPrefix.Length..];
            return FromSecret(name, $"{connection}-connection-string", $"How {connection} is reached: docs/configuration.md, ConnectionStrings:{connection}");
        }

        return value switch
        {
            ParameterResource { Secret: true } secret => FromSecret(name, secret.Name, secret.Description),
            ParameterResource setting => FromSettings(name, setting),
            _ => new V1EnvVar { Name = name, Value = TextOf(value) },
        };
    }

    private V1EnvVar FromSecret(string variable, string key, string? purpose)
    {
        _secrets[key] = purpose ?? "";
        return new V1EnvVar { Name = variable, ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = Source, Key = key } } };
    }

    private V1EnvVar FromSettings(string variable, ParameterResource setting)
    {
        _settings[setting.Name] = setting.Description ?? "";
        return new V1EnvVar
        {
            Name = variable,
            ValueFrom = new V1EnvVarSource { ConfigMapKeyRef = new V1ConfigMapKeySelector { Name = Source, Key = setting.Name } }
        };
    }
}
