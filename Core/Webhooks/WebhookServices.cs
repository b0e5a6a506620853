using Microsoft.Extensions.DependencyInjection;

namespace ImageService.Core.Webhooks;

/// <summary>The webhooks room's doors. Sending needs the rooms of outbound requests and of secrets.</summary>
public static class WebhookServices
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<WebhookEvents>();
        services.AddSingleton<WebhookSender>();
        return services;
    }
}
