using System.Collections;

namespace Aspire.Hosting.Running;

/// <summary>What a resource is started with, by Aspire's run-time contract.</summary>
internal static class ResourceEnvironment
{
    // These speak about the AppHost itself.
    private static readonly string[] NotInherited = ["ASPNETCORE_URLS", "DOTNET_LAUNCH_PROFILE", "ASPNETCORE_ENVIRONMENT", "DOTNET_ENVIRONMENT", "ASPIRE_LOGLEVEL"];

    /// <summary>The variables that the model gives to the resource.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> EvaluateAsync(IResource resource, DistributedApplicationExecutionContext execution, CancellationToken ct)
    {
        var context = new EnvironmentCallbackContext(execution);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToArray())
            await annotation.Callback(context);
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            if (endpoint is { TargetPortEnvironmentVariable: { } name, AllocatedEndpoint: { } allocated })
                context.EnvironmentVariables[name] = allocated.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        Dictionary<string, string> variables = [];
        foreach (var (name, value) in context.EnvironmentVariables)
            variables[name] = await ResolveAsync(value, ct);
        return variables;
    }

    /// <summary>The arguments that the model gives to the resource.</summary>
    public static async Task<IReadOnlyList<string>> EvaluateArgsAsync(IResource resource, DistributedApplicationExecutionContext execution, CancellationToken ct)
    {
        var context = new CommandLineArgsCallbackContext(execution);
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(context);
        List<string> args = [];
        foreach (var arg in context.Args)
            args.Add(await ResolveAsync(arg, ct));
        return args;
    }

    /// <summary>The AppHost's own environment with the model's variables over it.</summary>
    public static IReadOnlyDictionary<string, string> OverInherited(IReadOnlyDictionary<string, string> variables)
    {
        Dictionary<string, string> all = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (!NotInherited.Contains((string)variable.Key))
                all[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        foreach (var (name, value) in variables)
            all[name] = value;
        return all;
    }

    private static async Task<string> ResolveAsync(object value, CancellationToken ct) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(ct) ?? "",
        _ => value.ToString() ?? "",
    };
}
