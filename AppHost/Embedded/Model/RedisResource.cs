namespace Aspire.Hosting.ApplicationModel;

/// <summary>A Redis server, or one that speaks its protocol.</summary>
public sealed class RedisResource : ContainerResource, IResourceWithConnectionString
{
    public RedisResource(string name, ParameterResource password) : base(name, "docker.io/library/redis:8.2")
    {
        Entrypoint = "/bin/sh";
        PasswordParameter = password;
        PrimaryEndpoint = new EndpointReference(this, "tcp");
    }

    public EndpointReference PrimaryEndpoint { get; }

    public ParameterResource PasswordParameter { get; }

    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create(
        $"{PrimaryEndpoint.Property(EndpointProperty.Host)}:{PrimaryEndpoint.Property(EndpointProperty.Port)},password={PasswordParameter}");

    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties()
    {
        var host = PrimaryEndpoint.Property(EndpointProperty.Host);
        var port = PrimaryEndpoint.Property(EndpointProperty.Port);
        return
        [
            new("Host", ReferenceExpression.Create($"{host}")),
            new("Port", ReferenceExpression.Create($"{port}")),
            new("Password", ReferenceExpression.Create($"{PasswordParameter}")),
            new("Uri", ReferenceExpression.Create($"redis://:{PasswordParameter}@{host}:{port}")),
        ];
    }
}

/// <summary>A connection string that is given from outside: <c>ConnectionStrings:{name}</c> of the AppHost.</summary>
public sealed class ConnectionStringResource(string name, Func<string> value) : Resource(name), IResourceWithConnectionString
{
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{new Given(Name, value)}");

    private sealed class Given(string name, Func<string> value) : IValueProvider, IManifestExpressionProvider
    {
        public string ValueExpression => $"{{{name}.value}}";

        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(value());
    }
}

/// <summary>Where a deployment tool puts the application; says nothing to the embedded run.</summary>
public sealed class DeploymentEnvironmentResource(string name) : Resource(name)
{
    public string? DefaultStorageType { get; set; }

    public string? DefaultStorageSize { get; set; }
}
