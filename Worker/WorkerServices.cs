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
        foreach (var consumer in Consequences.All.Select(row => row.Consumer).Where(type => type.Namespace == typeof(Consequences).Namespace).Distinct())
            services.AddScoped(consumer);
    }

    private static void AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<PresetMatches>();
        services.AddScoped<WebhookQueue>();
        services.AddScoped<GenerateIntermediate>();
        services.AddScoped<MeasureEncodings>();
        services.AddScoped<GeneratePresetVariants>();
        services.AddScoped<GenerateForPreset>();
        services.AddScoped<PrewarmLadder>();
        services.AddScoped<RunImport>();
        services.AddScoped<DeliverWebhook>();
        services.AddScoped<RescueWebhooks>();
        services.AddScoped<MoveStores>();
        services.AddScoped<TierAssets>();
        services.AddScoped<PruneVariants>();
        services.AddScoped<PurgeDeleted>();
        services.AddScoped<PurgeExpired>();
        services.AddScoped<SweepOrphans>();
        services.AddScoped<SampleIntegrity>();
        services.AddScoped<ExpireUploads>();
        services.AddScoped<RollUpUsage>();
        services.AddScoped<FoldStoredChanges>();
        services.AddScoped<RecountStored>();
        services.AddScoped<RetireSigningKeys>();
        services.AddScoped<WarnOfQuotas>();
    }
}
