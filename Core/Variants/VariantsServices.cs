using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Variants;

/// <summary>Registers the room.</summary>
public static class VariantsServices
{
    public static IServiceCollection AddVariants(this IServiceCollection services)
    {
        services.AddSingleton<VariantStore>().AddSingleton<IntegrityGuard>().AddSingleton<OriginalCheck>();
        services.AddSingleton<SourceReader>();
        services.AddSingleton<OverlayChoice>();
        services.AddSingleton<OverlayReader>();
        services.AddSingleton<OverlayPreview>();
        services.AddSingleton<LargeOriginals>();
        services.AddSingleton<VariantBudget>();
        services.AddSingleton<FailedVariants>();
        services.AddSingleton<VariantProduction>();
        services.AddSingleton<VariantDescriber>();
        services.AddSingleton<VariantProvider>();
        services.AddSingleton<VariantAccessCounts>();
        services.AddHostedService(static provider => provider.GetRequiredService<VariantAccessCounts>());
        return services;
    }
}
