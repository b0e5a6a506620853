namespace Aspire.Hosting.ApplicationModel;

/// <summary>A part of the application: a service, a data server, a parameter.</summary>
public interface IResource
{
    /// <summary>Short, unique, lower case; also the name of its connection string or service address.</summary>
    string Name { get; }

    /// <summary>What the model says about it; evaluated by the run and publish back ends.</summary>
    ResourceAnnotationCollection Annotations { get; }
}

/// <summary>One fact about a resource.</summary>
public interface IResourceAnnotation;

/// <summary>The facts of one resource, in the order they were stated.</summary>
public sealed class ResourceAnnotationCollection : List<IResourceAnnotation>;

/// <summary>A resource that other resources reach by a connection string.</summary>
public interface IResourceWithConnectionString : IResource, IValueProvider, IManifestExpressionProvider
{
    /// <summary>The connection string, with references for what is known only later.</summary>
    ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>The parts of the connection string by name, for programs that want them one by one.</summary>
    IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties() => [];

    /// <inheritdoc/>
    string IManifestExpressionProvider.ValueExpression => $"{{{Name}.connectionString}}";

    /// <inheritdoc/>
    ValueTask<string?> IValueProvider.GetValueAsync(CancellationToken cancellationToken) => ConnectionStringExpression.GetValueAsync(cancellationToken);
}

/// <summary>A resource with environment variables of its own.</summary>
public interface IResourceWithEnvironment : IResource;

/// <summary>A resource with command-line arguments.</summary>
public interface IResourceWithArgs : IResource;

/// <summary>A resource that listens.</summary>
public interface IResourceWithEndpoints : IResource;

/// <summary>A resource that others find by its name (<c>services__name__http__0</c>).</summary>
public interface IResourceWithServiceDiscovery : IResourceWithEndpoints;

/// <summary>A resource whose start can wait for others.</summary>
public interface IResourceWithWaitSupport : IResource;

/// <summary>A resource that lives inside another, like a database in its server.</summary>
public interface IResourceWithParent : IResource
{
    IResource Parent { get; }
}

/// <summary>Base of all resources.</summary>
public abstract class Resource(string name) : IResource
{
    public string Name { get; } = name;

    public ResourceAnnotationCollection Annotations { get; } = [];
}
