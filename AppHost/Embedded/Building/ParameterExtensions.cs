using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting;

/// <summary>Values from outside.</summary>
public static class ParameterExtensions
{
    /// <summary>A value from <c>Parameters:{name}</c> (dashes may be underscores).</summary>
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, () => Read(builder, name)
            ?? throw new Processes.ResourceStartException($"Parameter {name} has no value. Set Parameters__{name.Replace('-', '_')} in the environment."), secret));

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, valueGetter, secret) { Default = publishValueAsDefault ? new ConstantDefault(valueGetter()) : null });

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false) =>
        builder.AddResource(new ParameterResource(name, () => Read(builder, name) ?? value.GetDefaultValue(), secret) { Default = value });

    public static IResourceBuilder<ParameterResource> WithDescription(this IResourceBuilder<ParameterResource> builder, string description)
    {
        builder.Resource.Description = description;
        return builder;
    }

    public static IResourceBuilder<IResourceWithConnectionString> AddConnectionString(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddResource(new ConnectionStringResource(name, () => builder.Configuration.GetConnectionString(name)
            ?? throw new Processes.ResourceStartException($"ConnectionStrings:{name} is not set.")));

    private static string? Read(IDistributedApplicationBuilder builder, string name) =>
        builder.Configuration[$"Parameters:{name}"] ?? builder.Configuration[$"Parameters:{name.Replace('-', '_')}"];
}

/// <summary>A value that is written into the manifest.</summary>
internal sealed class ConstantDefault(string value) : ParameterDefault
{
    public override string GetDefaultValue() => value;
}
