using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>Registers the registry. Hosts add the <see cref="NpgsqlDataSource"/> named <c>registry</c> themselves.</summary>
public static class RegistryServices
{
    public static IServiceCollection AddRegistry(this IServiceCollection services)
    {
        services.AddSingleton(provider => new DbContextOptionsBuilder<RegistryDb>()
            .UseRegistry(provider.GetRequiredService<NpgsqlDataSource>())
            .Options);
        services.AddSingleton<RegistryFactory>();
        return services;
    }

    /// <summary>The model's options on a data source; also for migrations and tests.</summary>
    public static DbContextOptionsBuilder<RegistryDb> UseRegistry(this DbContextOptionsBuilder<RegistryDb> builder, NpgsqlDataSource dataSource)
    {
        builder.UseNpgsql(dataSource).UseSnakeCaseNamingConvention().AddInterceptors(new OrganizationInterceptor());
        return builder;
    }
}
