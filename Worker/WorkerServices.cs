using ImageService.Core.Messaging;
using ImageService.Worker.Consumers;
using ImageService.Worker.Jobs;

namespace ImageService.Worker;

/// <summary>Everything the worker adds to the core: who consumes what, which jobs there are, what runs all the time.</summary>
internal static class WorkerServices
{
    public static IServiceCollection AddWorker(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddJobServer(configuration);
        services.AddConsumers();
        services.AddJobs();
        services.AddSingleton<DashboardAccess>();
        services.AddAntiforgery();
        services.AddHostedService<ScheduleKeeper>();
        services.AddHostedService<Measurements>();
        services.AddSingleton<OutboxRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxRelay>());
        services.AddHostedService<QueueConsumer>();
        return services;
    }

    private static void AddConsumers(this IServiceCollection services)
    {
        services.AddSingleton<MessageRoutes>();
        services.AddScoped<AssetEvents>();
        services.AddConsumer<AssetUploaded, AssetUploadedConsumer>();
        services.AddConsumer<AssetChanged, AssetChangedConsumer>();
        services.AddConsumer<AssetDeleted, AssetDeletedConsumer>();
        services.AddConsumer<AssetVersionDeleted, AssetVersionDeletedConsumer>();
        services.AddConsumer<AssetPurged, AssetPurgedConsumer>();
        services.AddConsumer<PresetChanged, PresetChangedConsumer>();
        services.AddConsumer<VariantsInvalidated, VariantsInvalidatedConsumer>();
        services.AddConsumer<EdgesStale, EdgesStaleConsumer>();
        services.AddConsumer<VariantReady, VariantReadyConsumer>();
        services.AddConsumer<ImportRequested, ImportRequestedConsumer>();
        services.AddConsumer<StoreMoveRequested, StoreMoveRequestedConsumer>();
        services.AddConsumer<JobRetryRequested, JobRetryConsumer>();
        services.AddConsumer<QuotaWarning, QuotaWarningConsumer>();
        services.AddConsumer<WebhookRedeliveryRequested, WebhookRedeliveryConsumer>();
    }

    private static void AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<AssetPlaces>();
        services.AddSingleton<PresetMatches>();
        services.AddScoped<WebhookQueue>();
        services.AddScoped<GenerateIntermediate>();
        services.AddScoped<GeneratePresetVariants>();
        services.AddScoped<GenerateForPreset>();
        services.AddScoped<RunImport>();
        services.AddScoped<DeliverWebhook>();
        services.AddScoped<RescueWebhooks>();
        services.AddScoped<MoveStores>();
        services.AddScoped<TierAssets>();
        services.AddScoped<PruneVariants>();
        services.AddScoped<PurgeDeleted>();
        services.AddScoped<PurgeExpired>();
        services.AddScoped<SweepOrphans>();
        services.AddScoped<ExpireUploads>();
        services.AddScoped<RollUpUsage>();
        services.AddScoped<RetireSigningKeys>();
        services.AddScoped<WarnOfQuotas>();
    }
}
