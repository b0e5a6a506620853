using Microsoft.Extensions.Configuration;

namespace ImageService.AppHost.Running;

/// <summary>Aspire's dashboard: where it listens, and the link that signs in.</summary>
internal static class Dashboard
{
    private const string Resource = "aspire-dashboard";
    private const int UsualPort = 15888;
    private const int UsualTelemetryPort = 18889;
    private const string TelemetryEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The usual ports where they are free, any other ones beside another AppHost and for runs that come and go.</summary>
    public static void ChoosePorts(IConfiguration configuration, bool any)
    {
        configuration["ASPNETCORE_URLS"] = Address(UsualPort);
        if (string.IsNullOrEmpty(configuration["ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL"]))
            configuration["ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL"] = Address(UsualTelemetryPort);

        string Address(int usual) => $"http://localhost:{(any || Ports.IsTaken(usual) ? 0 : usual)}";
    }

    /// <summary>Nothing is told where to send telemetry: Aspire names the usual port also where nobody listens.</summary>
    public static void LeaveOut(IDistributedApplicationBuilder builder) => builder.OnBeforeStart((starting, _) =>
    {
        foreach (var resource in starting.Model.Resources)
            resource.Annotations.Add(new EnvironmentCallbackAnnotation(static context => context.EnvironmentVariables.Remove(TelemetryEndpoint)));
        return Task.CompletedTask;
    });

    /// <summary>The link that opens the dashboard signed in; null where it does not run.</summary>
    public static string? LoginLink(ResourceNotificationService notifications, IConfiguration configuration)
    {
        if (!notifications.TryGetCurrentState(Resource, out var state) || state.Resource is not IResourceWithEndpoints dashboard)
            return null;
        var endpoint = dashboard.GetEndpoints().FirstOrDefault(endpoint => endpoint.EndpointName == "http");
        if (endpoint is not { IsAllocated: true })
            return null;
        return configuration["AppHost:BrowserToken"] is { Length: > 0 } token ? $"{endpoint.Url}/login?t={token}" : endpoint.Url;
    }
}
