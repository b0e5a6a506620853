using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using StackExchange.Redis;

namespace ImageService.Core.Caching;

/// <summary>
/// Registers the room. Redis (<see cref="IConnectionMultiplexer"/>) and PostgreSQL (<see cref="NpgsqlDataSource"/>) are used where the host has them.
/// </summary>
public static class CachingServices
{
    public static IServiceCollection AddCaching(this IServiceCollection services)
    {
        services.AddOptions<CachingOptions>().BindConfiguration(CachingOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CachingOptions>, CachingOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new RedisConnection(
            provider.GetService<IConnectionMultiplexer>(),
            provider.GetRequiredService<IOptions<CachingOptions>>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RedisConnection>>()));
        services.AddSingleton(provider => new DistributedLock(
            provider.GetRequiredService<RedisConnection>(),
            provider.GetService<NpgsqlDataSource>(),
            provider.GetRequiredService<IOptions<CachingOptions>>(),
            provider.GetRequiredService<ILogger<DistributedLock>>()));
        services.AddSingleton<MemoryVariantCache>();
        services.AddSingleton<RedisVariantCache>();
        services.AddSingleton<VariantCache>();
        return services;
    }
}
