namespace Aspire.Hosting;

/// <summary>Data servers and deployment environments.</summary>
public static class DataServerExtensions
{
    public static IResourceBuilder<PostgresServerResource> AddPostgres(
        this IDistributedApplicationBuilder builder, string name, IResourceBuilder<ParameterResource>? userName = null, IResourceBuilder<ParameterResource>? password = null, int? port = null)
    {
        if (userName is not null)
            throw new NotSupportedException("The embedded PostgreSQL has the one user 'postgres'.");
        var server = new PostgresServerResource(name, (password ?? AddPassword(builder, name)).Resource);
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 5432, scheme: "tcp", name: "tcp")
            .WithEnvironment("POSTGRES_HOST_AUTH_METHOD", "scram-sha-256")
            .WithEnvironment("POSTGRES_INITDB_ARGS", "--auth-host=scram-sha-256 --auth-local=scram-sha-256")
            .WithEnvironment("POSTGRES_USER", "postgres")
            .WithEnvironment(context => context.EnvironmentVariables["POSTGRES_PASSWORD"] = server.PasswordParameter);
    }

    public static IResourceBuilder<PostgresDatabaseResource> AddDatabase(this IResourceBuilder<PostgresServerResource> builder, string name, string? databaseName = null) =>
        builder.ApplicationBuilder.AddResource(new PostgresDatabaseResource(name, databaseName ?? name, builder.Resource));

    public static IResourceBuilder<PostgresServerResource> WithDataVolume(this IResourceBuilder<PostgresServerResource> builder, string? name = null, bool isReadOnly = false) =>
        builder.WithAnnotation(new ContainerMountAnnotation(name ?? $"{builder.Resource.Name}-data", "/var/lib/postgresql/data", isReadOnly));

    public static IResourceBuilder<RedisResource> AddRedis(this IDistributedApplicationBuilder builder, string name, int? port = null, IResourceBuilder<ParameterResource>? password = null)
    {
        var server = new RedisResource(name, (password ?? AddPassword(builder, name)).Resource);
        return builder.AddResource(server)
            .WithEndpoint(port: port, targetPort: 6379, scheme: "tcp", name: "tcp")
            .WithArgs("-c", "redis-server --requirepass $REDIS_PASSWORD")
            .WithEnvironment(context => context.EnvironmentVariables["REDIS_PASSWORD"] = server.PasswordParameter);
    }

    public static IResourceBuilder<DeploymentEnvironmentResource> AddKubernetesEnvironment(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddResource(new DeploymentEnvironmentResource(name));

    public static IResourceBuilder<DeploymentEnvironmentResource> AddDockerComposeEnvironment(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddResource(new DeploymentEnvironmentResource(name));

    public static IResourceBuilder<DeploymentEnvironmentResource> WithProperties(this IResourceBuilder<DeploymentEnvironmentResource> builder, Action<DeploymentEnvironmentResource> configure)
    {
        configure(builder.Resource);
        return builder;
    }

    private static IResourceBuilder<ParameterResource> AddPassword(IDistributedApplicationBuilder builder, string server) =>
        builder.AddParameter($"{server}-password", new GenerateParameterDefault { MinLength = 22, Special = false }, secret: true);
}
