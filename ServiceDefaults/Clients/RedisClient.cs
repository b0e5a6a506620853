using Aspire.StackExchange.Redis;
using global::StackExchange.Redis;
using ImageService.ServiceDefaults.Clients;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;

namespace Aspire.StackExchange.Redis
{
    /// <summary>Settings of the Redis client, section <c>Aspire:StackExchange:Redis</c>.</summary>
    public sealed class StackExchangeRedisSettings
    {
        public string? ConnectionString { get; set; }

        public bool DisableHealthChecks { get; set; }

        public bool DisableTracing { get; set; }

        /// <summary>False: connect when the host starts, not on first use.</summary>
        public bool DisableAutoActivation { get; set; } = true;
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>Redis.</summary>
    public static class AspireRedisExtensions
    {
        private const string Section = "Aspire:StackExchange:Redis";

        /// <summary>Registers one <see cref="IConnectionMultiplexer"/> for a connection name. A server that is down does not stop the service: the client keeps trying.</summary>
        public static void AddRedisClient(
            this IHostApplicationBuilder builder, string connectionName, Action<StackExchangeRedisSettings>? configureSettings = null, Action<ConfigurationOptions>? configureOptions = null)
        {
            var settings = new StackExchangeRedisSettings();
            settings.ConnectionString = builder.Bind(Section, connectionName, settings) ?? settings.ConnectionString;
            configureSettings?.Invoke(settings);

            builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
            {
                if (string.IsNullOrEmpty(settings.ConnectionString))
                    throw new InvalidOperationException($"ConnectionStrings:{connectionName} is missing: the Redis server of this service. Set ConnectionStrings__{connectionName}.");
                var options = ConfigurationOptions.Parse(settings.ConnectionString);
                options.AbortOnConnectFail = false;
                options.LoggerFactory = services.GetService<ILoggerFactory>();
                builder.Configuration.GetSection($"{Section}:ConfigurationOptions").Bind(options);
                builder.Configuration.GetSection($"{Section}:{connectionName}:ConfigurationOptions").Bind(options);
                configureOptions?.Invoke(options);
                return ConnectionMultiplexer.Connect(options);
            });
            if (!settings.DisableAutoActivation)
                builder.Services.AddHostedService(services => new Activation<IConnectionMultiplexer>(services));
            if (!settings.DisableHealthChecks)
                builder.TryAddHealthCheck("StackExchange.Redis", services => new RedisHealthCheck(services));
            if (!settings.DisableTracing)
                builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddRedisInstrumentation());
        }
    }

    /// <summary>A round trip to the cache.</summary>
    internal sealed class RedisHealthCheck(IServiceProvider services) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().PingAsync().WaitAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is RedisException or RedisTimeoutException or InvalidOperationException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, "The cache does not answer.", exception);
            }
        }
    }
}
