using Microsoft.Extensions.Configuration;

namespace ImageService.AppHost;

/// <summary>Which data servers and stores the application uses: a given one, else one of its own. Only the public API of Aspire, so that both builds share it.</summary>
internal static class Infrastructure
{
    /// <summary>PostgreSQL: <c>ConnectionStrings:registry</c> when given, else a server of its own.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddRegistry(this IDistributedApplicationBuilder builder, LaunchOptions options, RunSecrets secrets)
    {
        if (builder.Configuration.GetConnectionString("registry") is { Length: > 0 })
            return builder.AddConnectionString("registry");
        var server = builder.AddPostgres("postgres", password: builder.AddPassword("postgres-password", secrets));
        if (!options.Ephemeral)
            server.WithDataVolume("registry-data");
        return server.AddDatabase("registry");
    }

    /// <summary>Redis: <c>ConnectionStrings:cache</c> when given, else a server of its own. It keeps nothing: losing it costs time, not data.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddCache(this IDistributedApplicationBuilder builder, RunSecrets secrets) =>
        builder.Configuration.GetConnectionString("cache") is { Length: > 0 }
            ? builder.AddConnectionString("cache")
            : builder.AddRedis("cache", port: null, password: builder.AddPassword("cache-password", secrets));

    /// <summary>A secret that a run makes for itself once and a deployment is given.</summary>
    public static IResourceBuilder<ParameterResource> AddSecret(this IDistributedApplicationBuilder builder, string name, Func<string, string> make, string description)
    {
        var given = builder.Configuration[$"Parameters:{name}"] ?? builder.Configuration[$"Parameters:{name.Replace('-', '_')}"];
        var parameter = builder.ExecutionContext.IsPublishMode || given is not null
            ? builder.AddParameter(name, secret: true)
            : builder.AddParameter(name, () => make(name), secret: true);
        return parameter.WithDescription(description);
    }

    /// <summary>A password that nobody has to know: made once in a run, by the deployment tool when published.</summary>
    public static IResourceBuilder<ParameterResource> AddPassword(this IDistributedApplicationBuilder builder, string name, RunSecrets secrets) =>
        builder.ExecutionContext.IsPublishMode
            ? builder.AddParameter(name, new GenerateParameterDefault { MinLength = 22, Special = false }, secret: true)
            : builder.AddParameter(name, () => secrets.Password(name), secret: true);

    /// <summary>The object store: a folder in a run; when published a mount that the Api and the Worker share.</summary>
    public static IResourceBuilder<ProjectResource> WithObjectStore(this IResourceBuilder<ProjectResource> project, LaunchOptions options)
    {
        var root = project.ApplicationBuilder.ExecutionContext.IsPublishMode ? "/data/objects" : Path.Combine(options.Data, "objects");
        return project.WithEnvironment("Storage__Provider", "file").WithEnvironment("Storage__Root", root);
    }

    /// <summary>Where <c>aspire publish</c> puts the application: Kubernetes, or Docker Compose with <c>Deployment:Target=compose</c>.</summary>
    public static void AddDeploymentTarget(this IDistributedApplicationBuilder builder)
    {
        if (builder.Configuration["Deployment:Target"] is "compose")
        {
            builder.AddDockerComposeEnvironment("compose");
            return;
        }

        builder.AddKubernetesEnvironment("k8s").WithProperties(k8s =>
        {
            k8s.DefaultStorageType = "pvc";
            k8s.DefaultStorageSize = "10Gi";
        });
    }

    /// <summary>Listens on a port of the launch options; null for any free one.</summary>
    public static IResourceBuilder<ProjectResource> WithPort(this IResourceBuilder<ProjectResource> project, int? port)
    {
        if (project.ApplicationBuilder.ExecutionContext.IsRunMode)
            project.WithEndpoint("http", endpoint => endpoint.Port = port);
        return project;
    }
}
