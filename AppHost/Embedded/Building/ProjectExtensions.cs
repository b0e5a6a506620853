using Microsoft.Extensions.Hosting;

namespace Aspire.Hosting;

/// <summary>Services.</summary>
public static class ProjectExtensions
{
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(this IDistributedApplicationBuilder builder, string name, string? launchProfileName = null) where TProject : IProjectMetadata, new() =>
        builder.AddProject(name, new TProject().ProjectPath, launchProfileName);

    public static IResourceBuilder<ProjectResource> AddProject(this IDistributedApplicationBuilder builder, string name, string projectPath, string? launchProfileName = null)
    {
        var project = builder.AddResource(new ProjectResource(name, Path.GetFullPath(projectPath, builder.AppHostDirectory)));
        var profile = LaunchProfile.Find(project.Resource.ProjectPath, launchProfileName, builder.Configuration["DOTNET_LAUNCH_PROFILE"]);
        return builder.ExecutionContext.IsRunMode ? project.WithRunDefaults(profile) : project.WithPublishDefaults(profile);
    }

    public static IResourceBuilder<ExecutableResource> AddExecutable(this IDistributedApplicationBuilder builder, string name, string command, string workingDirectory, params string[] args) =>
        builder.AddResource(new ExecutableResource(name, command, Path.GetFullPath(workingDirectory, builder.AppHostDirectory))).WithArgs(args);

    private static IResourceBuilder<ProjectResource> WithRunDefaults(this IResourceBuilder<ProjectResource> project, LaunchProfile? profile)
    {
        foreach (var url in profile?.Urls ?? [])
            project.WithEndpoint(url.Scheme, endpoint => endpoint.Port = url.Port);
        project.WithAnnotation(new LaunchProfileAnnotation(profile?.Name));
        return project.WithEnvironment(context =>
        {
            var variables = context.EnvironmentVariables;
            foreach (var (name, value) in Telemetry(project))
                variables[name] = value;
            if (profile is not null)
            {
                variables["DOTNET_LAUNCH_PROFILE"] = profile.Name;
                foreach (var (name, value) in profile.EnvironmentVariables)
                    variables.TryAdd(name, Environment.ExpandEnvironmentVariables(value));
            }

            var urls = project.Resource.Annotations.OfType<EndpointAnnotation>().Where(endpoint => endpoint.Transport == "http")
                .Select(endpoint => endpoint.AllocatedEndpoint!.UriString).ToArray();
            if (urls.Length > 0)
                variables["ASPNETCORE_URLS"] = string.Join(';', urls);
        });
    }

    private static Dictionary<string, string> Telemetry(IResourceBuilder<ProjectResource> project)
    {
        var instance = System.Security.Cryptography.RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 8);
        Dictionary<string, string> variables = new()
        {
            ["OTEL_SERVICE_NAME"] = project.Resource.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={instance}",
            ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory",
            ["LOGGING__CONSOLE__FORMATTERNAME"] = "simple",
            ["DOTNET_SYSTEM_CONSOLE_ALLOW_ANSI_COLOR_REDIRECTION"] = "true",
        };
        // Where telemetry goes: the dashboard that was found, or a collector the AppHost was told of. Nowhere: nothing to retry against for ever.
        foreach (var name in (string[])["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_HEADERS"])
        {
            if (project.ApplicationBuilder.Configuration[name] is { Length: > 0 } value)
                variables[name] = value;
        }

        if (!project.ApplicationBuilder.Environment.IsDevelopment())
            return variables;
        foreach (var name in (string[])["OTEL_BLRP_SCHEDULE_DELAY", "OTEL_BSP_SCHEDULE_DELAY", "OTEL_METRIC_EXPORT_INTERVAL"])
            variables[name] = "1000";
        variables["OTEL_TRACES_SAMPLER"] = "always_on";
        variables["OTEL_METRICS_EXEMPLAR_FILTER"] = "trace_based";
        variables["OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_DISABLE_URL_QUERY_REDACTION"] = "true";
        variables["OTEL_DOTNET_EXPERIMENTAL_HTTPCLIENT_DISABLE_URL_QUERY_REDACTION"] = "true";
        variables["OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"] = "true";
        return variables;
    }

    private static IResourceBuilder<ProjectResource> WithPublishDefaults(this IResourceBuilder<ProjectResource> project, LaunchProfile? profile)
    {
        if (profile?.Urls is [_, ..])
            project.WithEndpoint("http", _ => { }).WithEndpoint("https", _ => { });
        return project.WithEnvironment(context =>
        {
            var variables = context.EnvironmentVariables;
            variables["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "in_memory";
            if (!project.Resource.Annotations.OfType<EndpointAnnotation>().Any())
                return;
            variables["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true";
            variables["HTTP_PORTS"] = project.GetEndpoint("http").Property(EndpointProperty.TargetPort);
        });
    }
}
