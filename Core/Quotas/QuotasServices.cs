using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Quotas;

/// <summary>The quotas room's doors.</summary>
public static class QuotasServices
{
    public static IServiceCollection AddQuotas(this IServiceCollection services)
    {
        services.AddSingleton<StorageQuota>().AddSingleton<TransformQuota>().AddSingleton<MeasuredQuotas>();
        services.AddSingleton<QuotaGuard>();
        services.AddSingleton<QuotaWarnings>();
        return services;
    }
}
