using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Storage;

/// <summary>Registers the object stores that configuration names. <see cref="IObjectStore"/> by itself is the default one.</summary>
public static class StorageServices
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddOptions<StorageOptions>().BindConfiguration(StorageOptions.Section).PostConfigure<IConfiguration>((options, configuration) =>
        {
            // Before the options are judged: a connection string of the store's name is as good as one in its section.
            foreach (var (name, store) in options.Stores)
                store.ConnectionString ??= configuration.GetConnectionString(name);
        }).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<StoreAdapters>();
        services.AddSingleton<IObjectStore>(provider => provider.GetRequiredService<StoreAdapters>().All[0].Objects);
        services.AddSingleton(provider =>
        {
            var stores = provider.GetRequiredService<StoreAdapters>().All;
            return new ObjectStores(
                [new NamedStore(stores[0].Name, provider.GetRequiredService<IObjectStore>()),
                    .. stores.Skip(1).Select(store => new NamedStore(store.Name, store.Objects))]);
        });
        services.AddHostedService<StoreSurvey>();
        services.AddSingleton<StoreProbe>();
        services.AddHealthChecks().AddCheck<StorageHealthCheck>("storage", HealthStatus.Degraded, tags: ["ready"]);
        return services;
    }
}
