using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ImageService.Core.Registry;

/// <summary>Registers the registry. Hosts add the <see cref="NpgsqlDataSource"/> named <c>registry</c> themselves.</summary>
public static class RegistryServices
{
    /// <summary>Adds units of work, the audit log, who acts, and the ear for notices. Other rooms may add interceptors of their own.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services)
    {
        services.AddSingleton<CurrentActor>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AuditVerifier>();
        services.AddSingleton<IInterceptor, AuditInterceptor>();
        services.AddSingleton(provider => new DbContextOptionsBuilder<RegistryDb>()
            .UseRegistry(provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredService<SessionGuard>())
            .AddInterceptors(provider.GetServices<IInterceptor>())
            .Options);
        services.AddOptions<MessageDestination>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RegistryStandby>();
        services.AddHostedService(static provider => provider.GetRequiredService<RegistryStandby>());
        services.AddSingleton<RegistryFactory>();
        services.AddSingleton<SessionGuard>();
        services.AddHostedService(static provider => provider.GetRequiredService<SessionGuard>());
        services.AddSingleton<Notices>();
        services.AddHostedService(static provider => provider.GetRequiredService<Notices>());
        services.AddHealthChecks().AddCheck<SchemaHealthCheck>("schema", HealthStatus.Unhealthy, ["ready"]);
        return services;
    }

    /// <summary>The model's options on a data source; also for migrations and tests, which know their server and need no guard.</summary>
    public static DbContextOptionsBuilder<RegistryDb> UseRegistry(
        this DbContextOptionsBuilder<RegistryDb> builder, NpgsqlDataSource dataSource, SessionGuard? sessions = null)
    {
        builder.UseNpgsql(dataSource).UseSnakeCaseNamingConvention()
            .AddInterceptors(new OrganizationInterceptor(new RegistryBreaker(TimeProvider.System), sessions));
        return builder;
    }
}
