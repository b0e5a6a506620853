using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Metering;

/// <summary>The metering room's doors.</summary>
public static class MeteringServices
{
    /// <summary>Adds the usage meter with its background writer, and the measuring of stored bytes.</summary>
    public static IServiceCollection AddMetering(this IServiceCollection services)
    {
        services.AddOptions<MeteringOptions>().BindConfiguration(MeteringOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<CostOptions>().BindConfiguration(CostOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<CostReport>();
        services.AddSingleton<UsageMeter>();
        services.AddHostedService(provider => provider.GetRequiredService<UsageMeter>());
        services.AddHostedService<StoredBytes>();
        return services;
    }
}
