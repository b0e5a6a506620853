using ImageService.AppHost.Running;

namespace ImageService.AppHost.Servers;

/// <summary>RabbitMQ as a process on this machine.</summary>
internal sealed class LocalRabbitMQResource(string name, ParameterResource password, string program, string folder)
    : ExecutableResource(name, program, folder), IResourceWithConnectionString
{
    private EndpointReference Endpoint => new(this, LocalRabbitMQ.EndpointName);

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"amqp://{LocalRabbitMQ.User}:{password}@127.0.0.1:{Endpoint.Property(EndpointProperty.Port)}");
}

/// <summary>
/// Adds a broker of the run's own: the installed one, with a node name, home, data and name server (<c>epmd</c>) that no other run shares.
/// The name server is a resource of its own, else the broker would leave one behind.
/// </summary>
internal static class LocalRabbitMQ
{
    public const string EndpointName = "tcp";
    public const string User = "imageservice";

    /// <summary>Makes sure that the broker can be started here.</summary>
    /// <exception cref="ResourceStartException">It is not installed; the message says how to install it.</exception>
    public static void Require() => _ = Programs();

    /// <param name="builder">The application.</param>
    /// <param name="name">Of the resource.</param>
    /// <param name="password">Letters and digits.</param>
    /// <param name="options">Where the data live.</param>
    public static IResourceBuilder<LocalRabbitMQResource> AddLocalRabbitMQ(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> password, LaunchOptions options)
    {
        var (program, nameServer) = Programs();
        var folder = Path.Combine(options.Data, $"{name}-data");
        var names = builder.AddExecutable($"{name}-names", nameServer, options.Data, "-address", "127.0.0.1")
            .WithEndpoint(scheme: "tcp", name: EndpointName, env: "ERL_EPMD_PORT", isProxied: false)
            .WithListeningCheck(EndpointName);
        var server = builder.AddResource(new LocalRabbitMQResource(name, password.Resource, program, folder))
            .WithEndpoint(scheme: "tcp", name: EndpointName, env: "RABBITMQ_NODE_PORT", isProxied: false)
            .WithEndpoint(scheme: "tcp", name: "nodes", env: "RABBITMQ_DIST_PORT", isProxied: false)
            .WithEnvironment("ERL_EPMD_ADDRESS", "127.0.0.1")
            .WithEnvironment("ERL_EPMD_PORT", names.GetEndpoint(EndpointName).Property(EndpointProperty.TargetPort))
            .WaitFor(names)
            .WithListeningCheck(EndpointName)
            .OnBeforeResourceStarted(async (_, _, ct) => Prepare(folder, (await password.Resource.GetValueAsync(ct))!));
        foreach (var (key, value) in Settings(folder))
            server.WithEnvironment(key, value);
        return server;
    }

    /// <summary>The start script itself: the wrapper on PATH changes the user first, and refuses whoever is neither root nor that user.</summary>
    private static (string Broker, string NameServer) Programs()
    {
        const string installed = "/usr/lib/rabbitmq/lib";
        var broker = Directory.Exists(installed)
            ? Directory.EnumerateDirectories(installed, "rabbitmq_server-*")
                .Select(folder => Path.Combine(folder, "sbin", "rabbitmq-server")).FirstOrDefault(File.Exists)
            : null;
        return broker is not null && Executables.Find("epmd") is { } nameServer
            ? (broker, nameServer)
            : throw new ResourceStartException(
                "RabbitMQ is not installed here: apt-get install rabbitmq-server; or leave out --queue rabbitmq, or give ConnectionStrings__queue.");
    }

    private static IEnumerable<(string Key, string Value)> Settings(string folder) =>
    [
        ("HOME", folder), // Erlang keeps its cookie there
        ("RUNNING_UNDER_SYSTEMD", "true"), // the broker takes the start script's place, so that signals reach it; else it stays a child
        ("RABBITMQ_NODENAME", "imageservice@localhost"),
        ("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1"),
        ("RABBITMQ_CONF_ENV_FILE", Path.Combine(folder, "none")),
        ("RABBITMQ_CONFIG_FILE", Path.Combine(folder, "rabbitmq.conf")),
        ("RABBITMQ_ENABLED_PLUGINS_FILE", Path.Combine(folder, "enabled_plugins")),
        ("RABBITMQ_MNESIA_BASE", Path.Combine(folder, "mnesia")),
        ("RABBITMQ_LOG_BASE", Path.Combine(folder, "log")),
        ("RABBITMQ_LOGS", "-"),
        ("RABBITMQ_PID_FILE", Path.Combine(folder, "pid")),
        ("RABBITMQ_FEATURE_FLAGS_FILE", Path.Combine(folder, "feature_flags")),
        ("RABBITMQ_GENERATED_CONFIG_DIR", Path.Combine(folder, "config")),
        ("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none"),
    ];

    private static void Prepare(string folder, string password)
    {
        foreach (var name in (string[])["mnesia", "log", "config"])
            Directory.CreateDirectory(Path.Combine(folder, name));
        File.WriteAllText(Path.Combine(folder, "enabled_plugins"), "[].\n");
        PrivateFile.Write(Path.Combine(folder, "rabbitmq.conf"), $"""
            default_user = {User}
            default_pass = {password}
            log.console = true
            log.file = false
            vm_memory_high_watermark.absolute = 512MB
            disk_free_limit.absolute = 50MB

            """);
    }
}
