using ImageService.Core.Telemetry;

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Storage;

/// <summary>Registers the object store that configuration names.</summary>
public static class StorageServices
{
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection(StorageOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>());
        services.AddSingleton<IObjectStore>(provider => new MeasuredObjectStore(
            Adapter(provider.GetRequiredService<IOptions<StorageOptions>>().Value),
            provider.GetRequiredService<ImageServiceMetrics>()));
        services.AddSingleton<StoreProbe>();
        services.AddHealthChecks().AddCheck<StorageHealthCheck>("storage", HealthStatus.Degraded, tags: ["ready"]);
        return services;
    }

    private static FileObjectStore Adapter(StorageOptions options) => options.Provider.ToLowerInvariant() switch
    {
        FileObjectStore.ProviderName => new FileObjectStore(options),
        var other => throw new OptionsValidationException(
            nameof(StorageOptions), typeof(StorageOptions), [$"Storage:Provider '{other}' is unknown. Known: {FileObjectStore.ProviderName}."]),
    };
}
