using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Ingestion;

/// <summary>The ingestion room's doors.</summary>
public static class IngestionServices
{
    public static IServiceCollection AddIngestion(this IServiceCollection services)
    {
        services.AddOptions<IngestionOptions>().BindConfiguration(IngestionOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<RemoteImageFetcher>();
        services.AddSingleton<StagingArea>();
        services.AddSingleton<AssetIngestor>();
        services.AddSingleton<ResumableUploads>();
        services.AddSingleton<StagingSweep>();
        services.AddSingleton<ImportRunner>();
        services.AddHostedService<ScratchSweep>();
        return services;
    }
}
