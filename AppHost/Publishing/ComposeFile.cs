#pragma warning disable CS0618 // WaitAnnotation's successors say the same
using System.Globalization;
using YamlDotNet.Serialization;

namespace ImageService.AppHost.Publishing;

/// <summary>The application for Docker Compose, with its data servers, for one machine. Secrets and settings come from <c>.env</c>.</summary>
internal sealed class ComposeFile
{
    public string Name { get; set; } = "imageservice";

    public IDictionary<string, ComposeService> Services { get; set; } = new Dictionary<string, ComposeService>();

    public IDictionary<string, object> Volumes { get; set; } = new SortedDictionary<string, object>(StringComparer.Ordinal);

    public static ComposeFile Of(IEnumerable<PublishedResource> resources, ComposeText text)
    {
        var file = new ComposeFile();
        var port = PublishedText.ServicePort;
        foreach (var resource in resources)
        {
            file.Services[resource.Name] =
                Service(resource, text, resource.IsService && resource.Endpoints.Any(endpoint => endpoint.IsExternal) ? port++ : null);
            foreach (var mount in resource.Mounts)
                file.Volumes[mount.Source!] = new SortedDictionary<string, string>();
        }

        return file;
    }

    private static ComposeService Service(PublishedResource resource, ComposeText text, int? port) => new()
    {
        Image = resource.Image,
        Entrypoint = resource.Entrypoint is null ? null : [resource.Entrypoint],
        Command = resource.Arguments.Count == 0 ? null : [.. resource.Arguments.Select(text.Of)],
        Environment =
            new SortedDictionary<string, string>(resource.Variables.ToDictionary(variable => variable.Key, variable => text.Of(variable.Value)),
                StringComparer.Ordinal),
        Ports = port is null ? null : [string.Create(CultureInfo.InvariantCulture, $"{port}:{PublishedText.ServicePort}")],
        Volumes = resource.Mounts.Count == 0 ? null : [.. resource.Mounts.Select(mount => $"{mount.Source}:{mount.Target}{(mount.IsReadOnly ? ":ro" : "")}")],
        DependsOn = DependsOn(resource.Resource),
        Healthcheck = Healthcheck(resource.Resource),
        Restart = resource.RunsOnce ? "on-failure" : "unless-stopped",
        ReadOnly = resource.IsService ? true : null,
        Tmpfs = resource.IsService ? ["/tmp"] : null,
        SecurityOpt = resource.IsService ? ["no-new-privileges:true"] : null,
        CapDrop = resource.IsService ? ["ALL"] : null,
    };

    private static SortedDictionary<string, ComposeDependency>? DependsOn(IResource resource)
    {
        SortedDictionary<string, ComposeDependency> dependencies = new(StringComparer.Ordinal);
        foreach (var wait in resource.Annotations.OfType<WaitAnnotation>())
        {
            var target = wait.Resource is IResourceWithParent child ? child.Parent : wait.Resource;
            if (target is not (ContainerResource or ProjectResource))
                continue;
            dependencies[target.Name] = new ComposeDependency
            {
                Condition = wait.WaitType == WaitType.WaitForCompletion
                    ? "service_completed_successfully" : Healthcheck(target) is null ? "service_started" : "service_healthy",
            };
        }

        return dependencies.Count == 0 ? null : dependencies;
    }

    private static ComposeHealthcheck? Healthcheck(IResource resource) => resource switch
    {
        PostgresServerResource => new ComposeHealthcheck { Test = ["CMD-SHELL", "pg_isready -U postgres"] },
        RedisResource => new ComposeHealthcheck { Test = ["CMD-SHELL", "redis-cli -a \"$$REDIS_PASSWORD\" ping | grep PONG"] },
        RabbitMQServerResource => new ComposeHealthcheck { Test = ["CMD", "rabbitmq-diagnostics", "-q", "ping"] },
        _ => null,
    };
}

internal sealed class ComposeService
{
    public string Image { get; set; } = "";

    public IList<string>? Entrypoint { get; set; }

    public IList<string>? Command { get; set; }

    public IDictionary<string, string>? Environment { get; set; }

    public IList<string>? Ports { get; set; }

    public IList<string>? Volumes { get; set; }

    [YamlMember(Alias = "depends_on", ApplyNamingConventions = false)]
    public IDictionary<string, ComposeDependency>? DependsOn { get; set; }

    public ComposeHealthcheck? Healthcheck { get; set; }

    public string Restart { get; set; } = "";

    [YamlMember(Alias = "read_only", ApplyNamingConventions = false)]
    public bool? ReadOnly { get; set; }

    public IList<string>? Tmpfs { get; set; }

    [YamlMember(Alias = "security_opt", ApplyNamingConventions = false)]
    public IList<string>? SecurityOpt { get; set; }

    [YamlMember(Alias = "cap_drop", ApplyNamingConventions = false)]
    public IList<string>? CapDrop { get; set; }
}

internal sealed class ComposeDependency
{
    public string Condition { get; set; } = "";
}

internal sealed class ComposeHealthcheck
{
    public IList<string> Test { get; set; } = [];

    public string Interval { get; set; } = "5s";

    public int Retries { get; set; } = 20;
}

/// <summary>Values for Docker Compose: parameters are variables of <c>.env</c> without which it does not start.</summary>
internal sealed class ComposeText : PublishedText
{
    private readonly SortedDictionary<string, string> _variables = new(StringComparer.Ordinal);

    /// <summary>Variables that were referred to, with what each is for.</summary>
    public IReadOnlyDictionary<string, string> Variables => _variables;

    public string Of(object value) => TextOf(value);

    // A dollar of ours must not be read as a variable of Compose's.
    protected override string Literal(string text) => text.Replace("$", "$$", StringComparison.Ordinal);

    protected override string Parameter(ParameterResource parameter)
    {
        var variable = parameter.Name.Replace('-', '_').ToUpperInvariant();
        _variables[variable] = parameter.Description ?? "A password that nobody has to know: 22 letters and digits";
        return $"${{{variable}:?set it in .env}}";
    }
}
