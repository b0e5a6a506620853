using ImageService.AppHost.Servers;
using Microsoft.Extensions.Configuration;

namespace ImageService.AppHost;

/// <summary>
/// Which data servers and stores the application uses: a given one; where it is published, or with <c>--containers</c>, Aspire's own container; else a process of the run's own.
/// </summary>
internal static class Infrastructure
{
    /// <summary>PostgreSQL: <c>ConnectionStrings:registry</c> when given, else a server of its own.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddRegistry(this IDistributedApplicationBuilder builder, LaunchOptions options, RunSecrets secrets)
    {
        if (builder.Configuration.GetConnectionString("registry") is { Length: > 0 })
            return builder.AddConnectionString("registry");
        var password = builder.AddPassword("postgres-password", secrets);
        if (!builder.UsesContainers(options))
            return builder.AddLocalPostgres("postgres", password, "registry", options);
        var server = builder.AddPostgres("postgres", password: password);
        if (!options.Ephemeral)
            server.WithDataVolume("registry-data");
        return server.AddDatabase("registry");
    }

    /// <summary>Redis: <c>ConnectionStrings:cache</c> when given, else a server of its own. It keeps nothing: losing it costs time, not data.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddCache(this IDistributedApplicationBuilder builder, LaunchOptions options, RunSecrets secrets)
    {
        if (builder.Configuration.GetConnectionString("cache") is { Length: > 0 })
            return builder.AddConnectionString("cache");
        var password = builder.AddPassword("cache-password", secrets);
        return builder.UsesContainers(options)
            ? builder.AddRedis("cache", port: null, password: password)
            : builder.AddLocalGarnet("cache", password, options);
    }

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
        var published = project.ApplicationBuilder.ExecutionContext.IsPublishMode;
        if (published)
            project.WithAnnotation(new ContainerMountAnnotation("objects", "/data/objects", ContainerMountType.Volume, isReadOnly: false));
        return project.WithEnvironment("Storage__Provider", "file").WithEnvironment("Storage__Root", published ? "/data/objects" : Path.Combine(options.Data, "objects"));
    }

    private static bool UsesContainers(this IDistributedApplicationBuilder builder, LaunchOptions options) => options.Containers || builder.ExecutionContext.IsPublishMode;
}
