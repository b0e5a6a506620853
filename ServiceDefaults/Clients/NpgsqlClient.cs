using Aspire.Npgsql;
using ImageService.ServiceDefaults.Clients;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Aspire.Npgsql
{
    /// <summary>Settings of the PostgreSQL client, section <c>Aspire:Npgsql</c>.</summary>
    public sealed class NpgsqlSettings
    {
        public string? ConnectionString { get; set; }

        public bool DisableHealthChecks { get; set; }

        public bool DisableTracing { get; set; }

        public bool DisableMetrics { get; set; }
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>PostgreSQL.</summary>
    public static class AspirePostgreSqlNpgsqlExtensions
    {
        /// <summary>Registers an <see cref="NpgsqlDataSource"/> for a connection name. A missing connection string is an error on first use only.</summary>
        public static void AddNpgsqlDataSource(
            this IHostApplicationBuilder builder, string connectionName, Action<NpgsqlSettings>? configureSettings = null, Action<NpgsqlDataSourceBuilder>? configureDataSourceBuilder = null)
        {
            var settings = new NpgsqlSettings();
            settings.ConnectionString = builder.Bind("Aspire:Npgsql", connectionName, settings) ?? settings.ConnectionString;
            configureSettings?.Invoke(settings);

            builder.Services.AddNpgsqlDataSource(settings.ConnectionString ?? "", source =>
            {
                if (string.IsNullOrEmpty(settings.ConnectionString))
                    throw new InvalidOperationException($"ConnectionStrings:{connectionName} is missing: the PostgreSQL database of this service. Set ConnectionStrings__{connectionName}.");
                configureDataSourceBuilder?.Invoke(source);
            });
            if (!settings.DisableHealthChecks)
                builder.TryAddHealthCheck("PostgreSql", services => new NpgsqlHealthCheck(services.GetRequiredService<NpgsqlDataSource>()));
            if (!settings.DisableTracing)
                builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddNpgsql());
            if (!settings.DisableMetrics)
                builder.Services.ConfigureOpenTelemetryMeterProvider(metrics => metrics.AddMeter("Npgsql"));
        }
    }

    /// <summary>A round trip to the database.</summary>
    internal sealed class NpgsqlHealthCheck(NpgsqlDataSource source) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await using var command = source.CreateCommand("SELECT 1");
                await command.ExecuteScalarAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is NpgsqlException or InvalidOperationException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, "The database does not answer.", exception);
            }
        }
    }
}
