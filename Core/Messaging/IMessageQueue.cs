namespace ImageService.Core.Messaging;

/// <summary>
/// Carries facts from the outbox to the workers, at least once: a message may come twice and, after a failure, out of order, so handling one must be
/// idempotent.
/// Implementations are safe for concurrent use by several processes.
/// </summary>
public interface IMessageQueue
{
    /// <summary>Short name for metrics and health: <c>postgres</c>, <c>rabbitmq</c>, <c>sqs</c>, <c>pubsub</c>, <c>servicebus</c>.</summary>
    string Provider { get; }

    /// <summary>
    /// Returns once every message is safely in the queue, in this order. Publishing an id twice is harmless: it is one message, or two of one id.
    /// </summary>
    Task PublishAsync(IReadOnlyList<MessageEnvelope> messages, CancellationToken ct);

    /// <summary>
    /// Handles messages until cancelled. A handler that returns acknowledges; one that throws gives the message back, to come again after a growing delay,
    /// and after <see cref="MessagingOptions.MaxDeliveries"/> it is set aside as dead. A process that dies gives its messages back after the visibility
    /// timeout.
    /// </summary>
    Task ConsumeAsync(Func<MessageDelivery, CancellationToken, Task> handle, CancellationToken ct);

    /// <summary>How much is waiting, for metrics and the backlog alert.</summary>
    Task<QueueDepth> MeasureAsync(CancellationToken ct);

    /// <summary>Puts every dead message back, as if new.</summary>
    /// <returns>How many.</returns>
    Task<int> ReviveAsync(CancellationToken ct);
}

/// <summary>A message on its way.</summary>
/// <param name="Id">Id of the outbox row: the same at every delivery.</param>
/// <param name="OrganizationId">Whose fact it is.</param>
/// <param name="Type">Name on the wire.</param>
/// <param name="Body">JSON text.</param>
public sealed record MessageEnvelope(Guid Id, Guid OrganizationId, string Type, string Body)
{
    /// <summary>W3C <c>traceparent</c> of whoever wrote the fact, at most 55 characters; null where nobody traced. Adapters carry it unchanged.</summary>
    public string? TraceParent { get; init; }
}

/// <summary>A message handed to a consumer.</summary>
/// <param name="Message">What it says.</param>
/// <param name="Attempt">1 at the first delivery.</param>
public sealed record MessageDelivery(MessageEnvelope Message, int Attempt);

/// <summary>Numbers of messages by state.</summary>
/// <param name="Ready">Waiting to be handled, delayed ones included.</param>
/// <param name="InFlight">Being handled; by this process, where a broker does not tell more.</param>
/// <param name="Dead">Set aside after too many failures.</param>
/// <param name="Oldest">Age of the oldest that waits; zero when none does.</param>
public sealed record QueueDepth(long Ready, long InFlight, long Dead, TimeSpan Oldest);
