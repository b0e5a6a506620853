using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Tenancy;

/// <summary>The tenancy room's doors.</summary>
public static class TenancyServices
{
    public static IServiceCollection AddTenancy(this IServiceCollection services) =>
        services.AddSingleton<TenantDirectory>().AddSingleton<AssetDirectory>();
}
