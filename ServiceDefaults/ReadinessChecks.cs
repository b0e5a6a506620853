using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ImageService.ServiceDefaults;

/// <summary>Which health checks decide readiness, and what their failure means. The client libraries register theirs without saying so.</summary>
internal sealed class ReadinessChecks : IPostConfigureOptions<HealthCheckServiceOptions>
{
    public const string Tag = "ready";

    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(3);

    // Library's name -> the contract's name, and the status when it fails: without a cache, a queue or a store the service still serves what it has.
    private static readonly Dictionary<string, (string Name, HealthStatus Failure)> Known = new()
    {
        ["PostgreSql"] = ("database", HealthStatus.Unhealthy),
        ["schema"] = ("database", HealthStatus.Unhealthy),
        ["StackExchange.Redis"] = ("cache", HealthStatus.Degraded),
        ["RabbitMQ.Client"] = ("queue", HealthStatus.Degraded),
        ["Azure_BlobServiceClient"] = ("storage", HealthStatus.Degraded),
    };

    /// <summary>The contract's name of a check.</summary>
    public static string NameOf(string registration) => Known.TryGetValue(registration, out var known) ? known.Name : registration;

    public void PostConfigure(string? name, HealthCheckServiceOptions options)
    {
        foreach (var registration in options.Registrations)
        {
            if (Known.TryGetValue(registration.Name, out var known))
            {
                registration.Tags.Add(Tag);
                registration.FailureStatus = known.Failure;
            }

            if (registration.Timeout == Timeout.InfiniteTimeSpan)
                registration.Timeout = TimeLimit;
        }
    }
}
