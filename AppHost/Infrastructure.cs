using ImageService.AppHost.Running;
using ImageService.AppHost.Servers;
using Microsoft.Extensions.Configuration;

namespace ImageService.AppHost;

/// <summary>
/// Which data servers the application uses: a given one; where it is published, or with <c>--containers</c>, Aspire's own container; else a process of the
/// run's own.
/// </summary>
internal static class Infrastructure
{
    /// <summary>PostgreSQL: <c>ConnectionStrings:registry</c> when given, else a server of its own.</summary>
    public static IResourceBuilder<IResourceWithConnectionString> AddRegistry(this IDistributedApplicationBuilder builder, LaunchOptions options,
        RunSecrets secrets)
    {
        if (IsGiven(builder, "registry"))
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
    public static IResourceBuilder<IResourceWithConnectionString> AddCache(this IDistributedApplicationBuilder builder, LaunchOptions options,
        RunSecrets secrets)
    {
        if (IsGiven(builder, "cache"))
            return builder.AddConnectionString("cache");
        var password = builder.AddPassword("cache-password", secrets);
        return builder.UsesContainers(options)
            ? builder.AddRedis("cache", port: null, password: password)
            : builder.AddLocalGarnet("cache", password, options);
    }

    /// <summary>The queue: a table of the registry (null), or RabbitMQ: <c>ConnectionStrings:queue</c> when given, else a broker of its own.</summary>
    public static IResourceBuilder<IResourceWithConnectionString>? AddQueue(this IDistributedApplicationBuilder builder, LaunchOptions options,
        RunSecrets secrets)
    {
        if (options.Queue == LaunchOptions.Postgres)
            return null;
        if (IsGiven(builder, "queue"))
            return builder.AddConnectionString("queue");
        var password = builder.AddPassword("queue-password", secrets);
        if (!builder.UsesContainers(options))
            return builder.AddLocalRabbitMQ("queue", password, options);
        var broker = builder.AddRabbitMQ("queue", password: password);
        return options.Ephemeral ? broker : broker.WithDataVolume("queue-data");
    }

    /// <summary>Tells a service what carries its messages.</summary>
    public static IResourceBuilder<ProjectResource> WithQueue(this IResourceBuilder<ProjectResource> service,
        IResourceBuilder<IResourceWithConnectionString>? queue) =>
        queue is null ? service : service.WithReference(queue, "queue").WaitFor(queue).WithEnvironment("Messaging__Provider", "rabbitmq");

    /// <summary>Makes sure, before anything is started, that what the options ask for is on this machine.</summary>
    /// <exception cref="ResourceStartException">It is not; the message says how to install it.</exception>
    public static void RequireServers(this IDistributedApplicationBuilder builder, LaunchOptions options)
    {
        if (options.Containers)
            ContainerRuntime.Require();
        else if (options.Queue == LaunchOptions.RabbitMQ && !IsGiven(builder, "queue"))
            LocalRabbitMQ.Require();
        if (options.Store == LaunchOptions.S3)
            LocalRadosgw.Require();
        else if (options.Store == LaunchOptions.Azure && !IsGiven(builder, "azure"))
            LocalAzurite.Require();
    }

    /// <summary>A secret that a run makes for itself once and a deployment is given.</summary>
    public static IResourceBuilder<ParameterResource> AddSecret(this IDistributedApplicationBuilder builder, string name, Func<string, string> make,
        string description)
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

    /// <summary>Whether the operator names a server of his own.</summary>
    internal static bool IsGiven(IDistributedApplicationBuilder builder, string name) => builder.Configuration.GetConnectionString(name) is { Length: > 0 };

    private static bool UsesContainers(this IDistributedApplicationBuilder builder, LaunchOptions options) =>
        options.Containers || builder.ExecutionContext.IsPublishMode;
}
