using Aspire.Azure.Storage.Blobs;
using global::Azure.Core;
using global::Azure.Core.Extensions;
using global::Azure.Identity;
using global::Azure.Storage.Blobs;
using Microsoft.Extensions.Azure;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Trace;

namespace Aspire.Azure.Storage.Blobs
{
    /// <summary>Settings of the Azure blob client, section <c>Aspire:Azure:Storage:Blobs</c>.</summary>
    public sealed class AzureStorageBlobsSettings
    {
        /// <summary>A connection string with an account key. With <see cref="ServiceUri"/> instead, <see cref="Credential"/> signs in.</summary>
        public string? ConnectionString { get; set; }

        public Uri? ServiceUri { get; set; }

        /// <summary>Null: the usual chain of environment, workload and managed identity.</summary>
        public TokenCredential? Credential { get; set; }

        public bool DisableHealthChecks { get; set; }

        public bool DisableTracing { get; set; }
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>Azure blob storage.</summary>
    public static class AspireBlobStorageExtensions
    {
        private const string Section = "Aspire:Azure:Storage:Blobs";
        private const string HealthCheck = "Azure_BlobServiceClient";

        /// <summary>Registers a <see cref="BlobServiceClient"/> for a connection name; a URI as connection string means sign-in by identity.</summary>
        public static void AddAzureBlobServiceClient(
            this IHostApplicationBuilder builder,
            string connectionName,
            Action<AzureStorageBlobsSettings>? configureSettings = null,
            Action<IAzureClientBuilder<BlobServiceClient, BlobClientOptions>>? configureClientBuilder = null)
        {
            var settings = new AzureStorageBlobsSettings();
            var common = builder.Configuration.GetSection(Section);
            common.Bind(settings);
            common.GetSection(connectionName).Bind(settings);
            if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString)
            {
                if (Uri.TryCreate(connectionString, UriKind.Absolute, out var uri))
                    settings.ServiceUri = uri;
                else
                    settings.ConnectionString = connectionString;
            }

            configureSettings?.Invoke(settings);
            builder.Services.AddAzureClients(clients =>
            {
                var client =
                    clients.AddClient<BlobServiceClient, BlobClientOptions>((options, credential, _) => Make(connectionName, settings, options, credential));
                client.ConfigureOptions(builder.Configuration.GetSection($"{Section}:ClientOptions"));
                client.ConfigureOptions(builder.Configuration.GetSection($"{Section}:{connectionName}:ClientOptions"));
                configureClientBuilder?.Invoke(client);
            });
            if (!settings.DisableHealthChecks && builder.Properties.TryAdd($"Aspire.HealthChecks.{HealthCheck}", true))
                builder.Services.AddHealthChecks()
                    .Add(new HealthCheckRegistration(HealthCheck, services => new BlobServiceHealthCheck(services.GetRequiredService<BlobServiceClient>()),
                        failureStatus: null, tags: null));
            if (!settings.DisableTracing)
                builder.Services.ConfigureOpenTelemetryTracerProvider(tracing => tracing.AddSource("Azure.Storage.Blobs.*"));
        }

        private static BlobServiceClient Make(string connectionName, AzureStorageBlobsSettings settings, BlobClientOptions options, TokenCredential credential)
        {
            if (settings.ConnectionString is { Length: > 0 } connectionString)
                return new BlobServiceClient(connectionString, options);
            return settings.ServiceUri is { } uri
                ? new BlobServiceClient(uri, settings.Credential ?? credential ?? new DefaultAzureCredential(), options)
                : throw new InvalidOperationException(
                    $"ConnectionStrings:{connectionName} is missing: the blob storage of this service. Set ConnectionStrings__{connectionName}.");
        }
    }

    /// <summary>Whether the account answers to this identity: one page of one container's name.</summary>
    internal sealed class BlobServiceHealthCheck(BlobServiceClient client) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await foreach (var _ in client.GetBlobContainersAsync(cancellationToken: cancellationToken).AsPages(pageSizeHint: 1))
                    break;
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is global::Azure.RequestFailedException or AuthenticationFailedException)
            {
                return new HealthCheckResult(context.Registration.FailureStatus, "The blob storage does not answer.", exception);
            }
        }
    }
}
