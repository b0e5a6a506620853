using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Facts;

/// <summary>The facts room's doors.</summary>
public static class FactsServices
{
    public static IServiceCollection AddFacts(this IServiceCollection services)
    {
        services.AddOptions<FactsOptions>().BindConfiguration(FactsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FactsOptions>, FactsOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<FactsCache>();
        services.AddSingleton<IInterceptor, FactsInterceptor>();
        services.AddHostedService<FactsListener>();
        return services;
    }
}
