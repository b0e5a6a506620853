using ImageService.Core.Messaging;
using ImageService.Core.Telemetry;
using ImageService.Worker.Consumers;

namespace ImageService.Worker;

/// <summary>Takes messages from the queue and hands each to its consumer, in a scope of its own.</summary>
internal sealed class QueueConsumer(IMessageQueue queue, MessageRoutes routes, IServiceScopeFactory scopes) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => queue.ConsumeAsync(HandleAsync, stoppingToken);

    private async Task HandleAsync(MessageDelivery delivery, CancellationToken ct)
    {
        using var activity = ImageServiceTracing.Continue($"consume {delivery.Message.Type}", delivery.Message.TraceParent);
        activity?.SetTag("messaging.message.id", delivery.Message.Id);
        await using var scope = scopes.CreateAsyncScope();
        await routes.DispatchAsync(scope.ServiceProvider, delivery.Message, ct);
    }
}
