using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Webhooks;

/// <summary>The webhooks room's doors. Sending needs the guarded client of the ingestion room and the protector of the signing room.</summary>
public static class WebhookServices
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<WebhookOptions>().Bind(configuration.GetSection(WebhookOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WebhookEvents>();
        services.AddSingleton<WebhookSender>();
        return services;
    }
}
