using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Outbound;

/// <summary>The outbound room's doors.</summary>
public static class OutboundServices
{
    public static IServiceCollection AddOutbound(this IServiceCollection services)
    {
        services.AddOptions<OutboundOptions>().BindConfiguration(OutboundOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services.AddSingleton<GuardedHttpClient>();
    }
}
