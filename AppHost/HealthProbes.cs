#pragma warning disable ASPIREPROBES001 // probes are an experimental API of Aspire

namespace ImageService.AppHost;

/// <summary>How a service is asked whether it lives and whether it can serve.</summary>
internal static class HealthProbes
{
    public static IResourceBuilder<ProjectResource> WithHealthProbes(this IResourceBuilder<ProjectResource> service) => service
        .WithHttpProbe(ProbeType.Liveness, "/health/live", endpointName: "http")
        .WithHttpProbe(ProbeType.Readiness, "/health/ready", endpointName: "http");
}
