using Aspire.Hosting.Processes;
using Aspire.Hosting.Servers;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Running;

/// <summary>Aspire's own dashboard for logs, traces and metrics, when its command-line tool is installed. There is no other.</summary>
internal static class Dashboard
{
    /// <summary>Starts it and points the services' telemetry at it; null when the tool is not there.</summary>
    public static async Task<ChildProcess?> StartAsync(ProcessSpawner spawner, RunData data, ConsoleLog log, IConfiguration configuration, CancellationToken ct)
    {
        if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
            return null; // telemetry goes elsewhere already
        var tool = Environment.GetEnvironmentVariable("ASPIRE_CLI") is { Length: > 0 } given ? given : Executables.Find("aspire");
        if (tool is null || !File.Exists(tool))
            return null;
        var frontend = $"http://localhost:{FreePort.Next()}";
        var telemetry = $"http://localhost:{FreePort.Next()}";
        var process = await spawner.StartAsync(
            new ProcessCommand(tool, ["dashboard", "run", "--frontend-url", frontend, "--otlp-grpc-url", telemetry, "--allow-anonymous", "--non-interactive", "--nologo"], data.Folder),
            line => log.Write("dashboard", line)).WaitAsync(ct);
        data.Remember(process);
        configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = telemetry;
        configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc";
        log.Say($"Aspire's dashboard: {frontend}");
        return process;
    }
}
