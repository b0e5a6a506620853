using ImageService.Core.Messaging;
using ImageService.Worker.Jobs;

namespace ImageService.Worker.Consumers;

/// <summary>A delivery that was asked for again is put in line.</summary>
internal sealed class WebhookRedeliveryConsumer(WebhookQueue webhooks) : IConsumer<WebhookRedeliveryRequested>
{
    public Task ConsumeAsync(WebhookRedeliveryRequested message, Guid messageId, CancellationToken ct)
    {
        webhooks.Enqueue(message.OrganizationId, [message.DeliveryId]);
        return Task.CompletedTask;
    }
}
