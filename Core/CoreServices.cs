using ImageService.Core.Access;
using ImageService.Core.Caching;
using ImageService.Core.Dialects;
using ImageService.Core.Engine;
using ImageService.Core.Facts;
using ImageService.Core.Identity;
using ImageService.Core.Ingestion;
using ImageService.Core.Invalidation;
using ImageService.Core.Lifecycle;
using ImageService.Core.Messaging;
using ImageService.Core.Metering;
using ImageService.Core.Outbound;
using ImageService.Core.Overlays;
using ImageService.Core.Policies;
using ImageService.Core.Presets;
using ImageService.Core.Quotas;
using ImageService.Core.Registry;
using ImageService.Core.Secrets;
using ImageService.Core.Signing;
using ImageService.Core.Storage;
using ImageService.Core.Telemetry;
using ImageService.Core.Tenancy;
using ImageService.Core.Variants;
using ImageService.Core.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace ImageService.Core;

/// <summary>Every room of the core on one page; Api and Worker call it once.</summary>
public static class CoreServices
{
    /// <summary>Registers all rooms. The host adds the clients named <c>registry</c> (PostgreSQL) and <c>cache</c> (Redis) itself.</summary>
    public static IHostApplicationBuilder AddImageService(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddImageServiceTelemetry();
        builder.Services.AddHostedService<MetricsStart>();
        builder.Services.AddRegistry();
        builder.Services.AddStorage();
        builder.Services.AddCaching();
        builder.Services.AddFacts();
        builder.Services.AddSecrets();
        builder.Services.AddOutbound();
        builder.Services.AddPolicies();
        builder.Services.AddTenancy();
        builder.Services.AddPresets();
        builder.Services.AddOverlays();
        builder.Services.AddEngine();
        builder.Services.AddSigning();
        builder.Services.AddAccess();
        builder.Services.AddIdentity();
        builder.Services.AddMessaging();
        builder.Services.AddQuotas();
        builder.Services.AddMetering();
        builder.Services.AddIngestion();
        builder.Services.AddLifecycle();
        builder.Services.AddWebhooks();
        builder.Services.AddVariants();
        builder.Services.AddInvalidation();
        builder.Services.AddDialects();
        return builder;
    }
}
