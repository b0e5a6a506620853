using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Telemetry;

/// <summary>Registers the room.</summary>
public static class TelemetryServices
{
    public static IServiceCollection AddImageServiceTelemetry(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<ImageServiceMetrics>();
        return services;
    }
}
