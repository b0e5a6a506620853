using System.Net.Sockets;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>An address a resource listens on.</summary>
public sealed class EndpointAnnotation(ProtocolType protocol, string uriScheme, string name, int? port = null, int? targetPort = null, bool isExternal = false) : IResourceAnnotation
{
    public ProtocolType Protocol { get; set; } = protocol;

    public string UriScheme { get; set; } = uriScheme;

    public string Name { get; } = name;

    /// <summary>The port callers use; null for any free one.</summary>
    public int? Port { get; set; } = port;

    /// <summary>The port the program listens on; in the embedded run the same as <see cref="Port"/>.</summary>
    public int? TargetPort { get; set; } = targetPort;

    /// <summary>Whether it is meant for callers outside the application.</summary>
    public bool IsExternal { get; set; } = isExternal;

    /// <summary>Environment variable that tells the program its port; null for none.</summary>
    public string? TargetPortEnvironmentVariable { get; set; }

    /// <summary>http for http and https, else the protocol.</summary>
    public string Transport => UriScheme is "http" or "https" ? "http" : "tcp";

    /// <summary>Known once the application runs.</summary>
    public AllocatedEndpoint? AllocatedEndpoint { get; set; }
}

/// <summary>Where an endpoint really listens.</summary>
public sealed record AllocatedEndpoint(string UriScheme, string Address, int Port)
{
    public string UriString => $"{UriScheme}://{Address}:{Port}";
}

/// <summary>A part of an endpoint's address.</summary>
public enum EndpointProperty
{
    Url,
    Host,
    Port,
    Scheme,
    TargetPort,
    HostAndPort,
}

/// <summary>An endpoint of a resource, to be filled in when the application runs.</summary>
public sealed class EndpointReference(IResourceWithEndpoints owner, string endpointName) : IValueProvider, IManifestExpressionProvider
{
    public IResourceWithEndpoints Resource { get; } = owner;

    public string EndpointName { get; } = endpointName;

    public EndpointAnnotation EndpointAnnotation => Resource.Annotations.OfType<EndpointAnnotation>().SingleOrDefault(endpoint => endpoint.Name == EndpointName)
        ?? throw new InvalidOperationException($"Resource {Resource.Name} has no endpoint named {EndpointName}.");

    public string Url => Allocated.UriString;

    public string Host => Allocated.Address;

    public int Port => Allocated.Port;

    public string ValueExpression => Property(EndpointProperty.Url).ValueExpression;

    private AllocatedEndpoint Allocated => EndpointAnnotation.AllocatedEndpoint
        ?? throw new InvalidOperationException($"The address of {Resource.Name}'s endpoint {EndpointName} is known only once the application runs.");

    public EndpointReferenceExpression Property(EndpointProperty property) => new(this, property);

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(Url);
}

/// <summary>One part of an endpoint's address, to be filled in when the application runs.</summary>
public sealed class EndpointReferenceExpression(EndpointReference endpoint, EndpointProperty property) : IValueProvider, IManifestExpressionProvider
{
    public string ValueExpression => property == EndpointProperty.HostAndPort
        ? $"{Binding("host")}:{Binding("port")}"
        : Binding(property == EndpointProperty.TargetPort ? "targetPort" : property.ToString().ToLowerInvariant());

    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult<string?>(property switch
    {
        EndpointProperty.Url => endpoint.Url,
        EndpointProperty.Host => endpoint.Host,
        EndpointProperty.Port or EndpointProperty.TargetPort => endpoint.Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        EndpointProperty.Scheme => endpoint.EndpointAnnotation.UriScheme,
        EndpointProperty.HostAndPort => $"{endpoint.Host}:{endpoint.Port}",
        _ => throw new InvalidOperationException($"An endpoint has no {property}."),
    });

    private string Binding(string part) => $"{{{endpoint.Resource.Name}.bindings.{endpoint.EndpointName}.{part}}}";
}
