using ImageService.Core.Messaging;

namespace ImageService.Worker.Consumers;

/// <summary>
/// What happens when a fact arrives: an enqueued job or one call. It may arrive more than once, so consuming it must be idempotent.
/// Throwing gives the message back to the queue.
/// </summary>
internal interface IConsumer<in T>
    where T : IMessage
{
    /// <param name="message">The fact.</param>
    /// <param name="messageId">The same at every delivery of this fact.</param>
    /// <param name="ct">The worker is stopping.</param>
    Task ConsumeAsync(T message, Guid messageId, CancellationToken ct);
}
