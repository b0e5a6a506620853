using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Overlays;

/// <summary>The overlays room's doors.</summary>
public static class OverlaysServices
{
    public static IServiceCollection AddOverlays(this IServiceCollection services) =>
        services.AddSingleton<OverlayCatalog>().AddSingleton<FontCatalog>();
}
