using ImageService.AppHost.Running;
using Microsoft.Extensions.DependencyInjection;

namespace ImageService.AppHost.Servers;

/// <summary>Garnet, a Redis-compatible server, as a process on this machine.</summary>
internal sealed class LocalGarnetResource(string name, ParameterResource password, string folder) : ExecutableResource(name, Executables.DotNet, folder),
    IResourceWithConnectionString
{
    private EndpointReference Endpoint => new(this, LocalGarnet.EndpointName);

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"{Endpoint.Property(EndpointProperty.Host)}:{Endpoint.Property(EndpointProperty.Port)},password={password}");
}

/// <summary>Adds a cache server of the run's own. It keeps nothing: losing it costs time, not data.</summary>
internal static class LocalGarnet
{
    public const string EndpointName = "tcp";

    /// <param name="builder">The application.</param>
    /// <param name="name">Of the resource.</param>
    /// <param name="password">Letters and digits.</param>
    /// <param name="options">Where the run's folder is.</param>
    public static IResourceBuilder<LocalGarnetResource> AddLocalGarnet(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource> password, LaunchOptions options)
    {
        string? connectionString = null;
        var folder = Path.Combine(options.Data, "run", name);
        builder.Services.AddHealthChecks().AddRedis(_ => connectionString!, name: $"{name}_check");
        return builder.AddResource(new LocalGarnetResource(name, password.Resource, folder))
            .WithEndpoint(scheme: "tcp", name: EndpointName, env: GarnetProgram.Port, isProxied: false)
            .WithEnvironment(GarnetProgram.Password, password)
            .WithEnvironment(GarnetProgram.CheckpointFolder, Path.Combine(folder, "checkpoints"))
            .WithArgs("exec", BuildOutput.ThisProgram, GarnetProgram.Verb)
            .WithHealthCheck($"{name}_check")
            .OnConnectionStringAvailable(async (resource, _, ct) => connectionString = await resource.ConnectionStringExpression.GetValueAsync(ct))
            .OnBeforeResourceStarted((_, _, _) =>
            {
                Directory.CreateDirectory(folder);
                return Task.CompletedTask;
            });
    }
}
