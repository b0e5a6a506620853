using System.Globalization;

namespace ImageService.AppHost.Publishing;

/// <summary>Turns values of the application model into text; how a secret, a setting and a host are written there is the deployment's.</summary>
internal abstract class PublishedText
{
    /// <summary>Where services listen whose endpoints name no port of their own: the default of .NET's images.</summary>
    public const int ServicePort = 8080;

    /// <summary>The port that an endpoint's container listens on.</summary>
    public static int PortOf(EndpointAnnotation endpoint) => endpoint.TargetPort ?? ServicePort;

    /// <summary>The text of a value.</summary>
    /// <exception cref="NotSupportedException">The model holds a kind of value that no deployment was taught to write.</exception>
    protected string TextOf(object value) => value switch
    {
        string text => Literal(text),
        ParameterResource parameter => Parameter(parameter),
        ConnectionStringReference reference => TextOf(reference.Resource.ConnectionStringExpression),
        IResourceWithConnectionString resource => TextOf(resource.ConnectionStringExpression),
        EndpointReference endpoint => TextOf(endpoint.Property(EndpointProperty.Url)),
        EndpointReferenceExpression part => PartOf(part.Endpoint, part.Property),
        ReferenceExpression { IsConditional: true } choice =>
            TextOf((string.Equals(TextOf(choice.Condition!), choice.MatchValue, StringComparison.OrdinalIgnoreCase) ? choice.WhenTrue : choice.WhenFalse)!),
        ReferenceExpression expression =>
            string.Format(CultureInfo.InvariantCulture, Literal(expression.Format), [.. expression.ValueProviders.Select(TextOf)]),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw Unknown(value.GetType().Name),
    };

    /// <summary>Text as it stands in the model.</summary>
    protected virtual string Literal(string text) => text;

    /// <summary>A parameter inside a text.</summary>
    protected abstract string Parameter(ParameterResource parameter);

    /// <summary>The name under which others reach a resource.</summary>
    protected virtual string HostOf(IResource resource) => resource.Name;

    protected static NotSupportedException Unknown(string what) => new($"Publishing does not know how to write {what}.");

    private string PartOf(EndpointReference endpoint, EndpointProperty property)
    {
        var host = HostOf(endpoint.Resource);
        var port = PortOf(endpoint.EndpointAnnotation).ToString(CultureInfo.InvariantCulture);
        return property switch
        {
            EndpointProperty.Url => $"{endpoint.Scheme}://{host}:{port}",
            EndpointProperty.Host or EndpointProperty.IPV4Host => host,
            EndpointProperty.Port or EndpointProperty.TargetPort => port,
            EndpointProperty.Scheme => endpoint.Scheme,
            EndpointProperty.HostAndPort => $"{host}:{port}",
            EndpointProperty.TlsEnabled => bool.FalseString,
            _ => throw Unknown($"property {property} of endpoint {endpoint.EndpointName}"),
        };
    }
}
