using System.Globalization;
using k8s.Models;

namespace ImageService.AppHost.Publishing;

/// <summary>
/// Turns values of the application model into texts and references that Kubernetes resolves. Secrets stay in a Secret of the operator's: alone they are a reference;
/// inside a text they are <c>$(SECRET_NAME)</c>, which Kubernetes replaces by a variable that stands before. It cannot encode, so secrets keep to letters and digits.
/// </summary>
internal sealed class KubernetesValues
{
    /// <summary>Name of the Secret, with one key per secret parameter.</summary>
    public const string Secret = "imageservice";

    /// <summary>Where services listen whose endpoints name no port of their own: the default of .NET's images.</summary>
    public const int ServicePort = 8080;

    private readonly SortedSet<string> _secrets = new(StringComparer.Ordinal);

    /// <summary>All secrets that were referred to.</summary>
    public IReadOnlyCollection<string> Secrets => _secrets;

    /// <summary>The variables of one container; those that others refer to come first.</summary>
    public List<V1EnvVar> Environment(IReadOnlyDictionary<string, object> variables, IEnumerable<object> arguments, out List<string> texts)
    {
        SortedSet<string> inside = new(StringComparer.Ordinal);
        List<V1EnvVar> own = [];
        foreach (var (name, value) in variables.Where(variable => !IsTls(variable.Value)))
            own.Add(value is ParameterResource { Secret: true } secret ? FromSecret(name, secret.Name) : new V1EnvVar { Name = name, Value = Text(value, inside) });
        texts = [.. arguments.Select(argument => Text(argument, inside))];
        return [.. inside.Select(secret => FromSecret(VariableOf(secret), secret)), .. own];
    }

    /// <summary>The port that an endpoint's container listens on.</summary>
    public static int PortOf(EndpointAnnotation endpoint) => endpoint.TargetPort ?? ServicePort;

    // TLS ends before the services: nothing listens on the https endpoints that Aspire gives each project.
    private static bool IsTls(object value) => value is EndpointReference { Scheme: "https" } or EndpointReferenceExpression { Endpoint.Scheme: "https" };

    private static string Text(object value, ISet<string> inside) => value switch
    {
        string text => text,
        ParameterResource { Secret: true } secret => Inside(secret.Name, inside),
        ParameterResource parameter => throw Unknown($"parameter {parameter.Name} is no secret"),
        ConnectionStringReference reference => Text(reference.Resource.ConnectionStringExpression, inside),
        IResourceWithConnectionString resource => Text(resource.ConnectionStringExpression, inside),
        EndpointReference endpoint => Text(endpoint.Property(EndpointProperty.Url), inside),
        EndpointReferenceExpression part => PartOf(part.Endpoint, part.Property),
        ReferenceExpression { IsConditional: true } choice =>
            Text((string.Equals(Text(choice.Condition!, inside), choice.MatchValue, StringComparison.OrdinalIgnoreCase) ? choice.WhenTrue : choice.WhenFalse)!, inside),
        ReferenceExpression expression => string.Format(CultureInfo.InvariantCulture, expression.Format, [.. expression.ValueProviders.Select(part => Text(part, inside))]),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw Unknown(value.GetType().Name),
    };

    private static string Inside(string secret, ISet<string> inside)
    {
        inside.Add(secret);
        return $"$({VariableOf(secret)})";
    }

    private static string PartOf(EndpointReference endpoint, EndpointProperty property)
    {
        var host = endpoint.Resource.Name; // a Service of that name stands before it
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

    private V1EnvVar FromSecret(string variable, string secret)
    {
        _secrets.Add(secret);
        return new V1EnvVar { Name = variable, ValueFrom = new V1EnvVarSource { SecretKeyRef = new V1SecretKeySelector { Name = Secret, Key = secret } } };
    }

    // The prefix keeps it apart from connection properties such as CACHE_PASSWORD, which refer to it.
    private static string VariableOf(string secret) => $"SECRET_{secret.Replace('-', '_').ToUpperInvariant()}";

    private static NotSupportedException Unknown(string what) => new($"The Kubernetes step does not know how to write {what}.");
}
