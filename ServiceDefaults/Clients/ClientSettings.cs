using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace ImageService.ServiceDefaults.Clients;

/// <summary>What all clients share: where settings come from, and that a check is registered once.</summary>
internal static class ClientSettings
{
    /// <summary>Binds <c>{section}</c>, then <c>{section}:{connectionName}</c>; the connection string comes from <c>ConnectionStrings:{connectionName}</c>.</summary>
    public static string? Bind(this IHostApplicationBuilder builder, string section, string connectionName, object settings)
    {
        var common = builder.Configuration.GetSection(section);
        common.Bind(settings);
        common.GetSection(connectionName).Bind(settings);
        return builder.Configuration.GetConnectionString(connectionName);
    }

    /// <summary>Registers a check unless one of that name is there already.</summary>
    public static void TryAddHealthCheck(this IHostApplicationBuilder builder, string name, Func<IServiceProvider, IHealthCheck> make)
    {
        var key = $"Aspire.HealthChecks.{name}";
        if (builder.Properties.TryAdd(key, true))
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(name, make, failureStatus: null, tags: null));
    }
}
