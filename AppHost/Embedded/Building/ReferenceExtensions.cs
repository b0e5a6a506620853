using System.Text.RegularExpressions;

namespace Aspire.Hosting;

/// <summary>How one resource is told about another.</summary>
public static partial class ReferenceExtensions
{
    /// <summary>Gives a resource the connection string of another: <c>ConnectionStrings__{name}</c>, and its parts as <c>{NAME}_{PART}</c>.</summary>
    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithConnectionString> source, string? connectionName = null) where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context =>
        {
            var name = connectionName ?? source.Resource.Name;
            context.EnvironmentVariables[$"ConnectionStrings__{name}"] = source.Resource;
            foreach (var (part, value) in source.Resource.GetConnectionProperties())
                context.EnvironmentVariables[$"{VariableName(name)}_{part.ToUpperInvariant()}"] = value;
        });

    /// <summary>Gives a resource the addresses of a service: <c>services__{name}__{endpoint}__0</c> and <c>{NAME}_{ENDPOINT}</c>.</summary>
    public static IResourceBuilder<T> WithReference<T>(this IResourceBuilder<T> builder, IResourceBuilder<IResourceWithServiceDiscovery> source) where T : IResourceWithEnvironment =>
        builder.WithEnvironment(context =>
        {
            var service = source.Resource;
            Dictionary<string, int> seen = [];
            foreach (var endpoint in service.Annotations.OfType<EndpointAnnotation>())
            {
                var key = endpoint.UriScheme is "http" or "https" ? endpoint.UriScheme : endpoint.Name;
                var index = seen.GetValueOrDefault(key);
                seen[key] = index + 1;
                var reference = new EndpointReference(service, endpoint.Name);
                context.EnvironmentVariables[$"services__{service.Name}__{key}__{index}"] = reference;
                context.EnvironmentVariables[$"{VariableName(service.Name)}_{VariableName(endpoint.Name)}"] = reference;
            }
        });

    private static string VariableName(string name) => NotAlphanumeric.Replace(name, "_").ToUpperInvariant();

    [GeneratedRegex("[^A-Za-z0-9]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotAlphanumeric { get; }
}
