using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Metering;

/// <summary>The metering room's doors.</summary>
public static class MeteringServices
{
    /// <summary>Adds the usage meter with its background writer, and the measuring of stored bytes.</summary>
    public static IServiceCollection AddMetering(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MeteringOptions>().Bind(configuration.GetSection(MeteringOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<CostOptions>().Bind(configuration.GetSection(CostOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CostReport>();
        services.AddSingleton<UsageMeter>();
        services.AddHostedService(provider => provider.GetRequiredService<UsageMeter>());
        services.AddHostedService<StoredBytes>();
        return services;
    }
}
