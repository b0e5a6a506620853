using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Presets;

/// <summary>The presets room's doors.</summary>
public static class PresetsServices
{
    public static IServiceCollection AddPresets(this IServiceCollection services) =>
        services.AddSingleton<PresetCatalog>().AddSingleton<PresetGenerations>();
}
