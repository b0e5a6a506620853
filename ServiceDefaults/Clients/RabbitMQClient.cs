using System.Net.Sockets;
using Aspire.RabbitMQ.Client;
using global::RabbitMQ.Client;
using global::RabbitMQ.Client.Exceptions;
using ImageService.ServiceDefaults.Clients;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Trace;
using Polly;
using Polly.Retry;

namespace Aspire.RabbitMQ.Client
{
    /// <summary>Settings of the RabbitMQ client, section <c>Aspire:RabbitMQ:Client</c>.</summary>
    public sealed class RabbitMQClientSettings
    {
        public string? ConnectionString { get; set; }

        /// <summary>Attempts after the first before the connection counts as failed.</summary>
        public int MaxConnectRetryCount { get; set; } = 5;

        public bool DisableHealthChecks { get; set; }

        public bool DisableTracing { get; set; }

        /// <summary>False: connect when the host starts, not on first use.</summary>
        public bool DisableAutoActivation { get; set; } = true;
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>RabbitMQ.</summary>
    public static class AspireRabbitMQExtensions
    {
        private const string Section = "Aspire:RabbitMQ:Client";

        /// <summary>Registers an <see cref="IConnectionFactory"/> and one <see cref="IConnection"/> for a connection name.</summary>
        public static void AddRabbitMQClient(
            this IHostApplicationBuilder builder, string connectionName, Action<RabbitMQClientSettings>? configureSettings = null, Action<ConnectionFactory>? configureConnectionFactory = null)
        {
            var settings = new RabbitMQClientSettings();
            settings.ConnectionString = builder.Bind(Section, connectionName, settings) ?? settings.ConnectionString;
            configureSettings?.Invoke(settings);

            builder.Services.AddSingleton<IConnectionFactory>(_ =>
            {
                var factory = new ConnectionFactory();
                builder.Configuration.GetSection($"{Section}:ConnectionFactory").Bind(factory);
                builder.Configuration.GetSection($"{Section}:{connectionName}:ConnectionFactory").Bind(factory);
                if (settings.ConnectionString is { Length: > 0 } connectionString)
                    factory.Uri = new Uri(connectionString);
                configureConnectionFactory?.Invoke(factory);
                return factory;
            });
            builder.Services.AddSingleton(services => Connect(services.GetRequiredService<IConnectionFactory>(), settings.MaxConnectRetryCount));
            if (!settings.DisableAutoActivation)
                builder.Services.AddHostedService(services => new Activation<IConnection>(services));
            if (!settings.DisableHealthChecks)
                builder.TryAddHealthCheck("RabbitMQ.Client", services => new RabbitMQHealthCheck(services));
            if (!settings.DisableTracing)
                builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource("Aspire.RabbitMQ.Client", "RabbitMQ.Client.*"));
        }

        private static IConnection Connect(IConnectionFactory factory, int retries)
        {
            var pipeline = new ResiliencePipelineBuilder();
            if (retries > 0)
            {
                pipeline.AddRetry(new RetryStrategyOptions
                {
                    ShouldHandle = new PredicateBuilder().Handle<SocketException>().Handle<BrokerUnreachableException>(),
                    BackoffType = DelayBackoffType.Exponential,
                    MaxRetryAttempts = retries,
                    Delay = TimeSpan.FromSeconds(1),
                });
            }

            // The container resolves synchronously; so does Aspire's client.
            return pipeline.Build().ExecuteAsync(async ct => await factory.CreateConnectionAsync(ct)).AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Whether the connection is open; making it when it never was.</summary>
    internal sealed class RabbitMQHealthCheck(IServiceProvider services) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                var connection = await Task.Run(() => services.GetRequiredService<IConnection>(), cancellationToken).WaitAsync(cancellationToken);
                return connection.IsOpen ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, "The queue's connection is closed.");
            }
            catch (Exception exception) when (exception is SocketException or BrokerUnreachableException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, "The queue does not answer.", exception);
            }
        }
    }
}
