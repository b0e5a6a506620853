using System.Globalization;
using Azure.Messaging.ServiceBus;

namespace ImageService.Core.Messaging;

/// <summary>An envelope as Service Bus carries it: the body as it is, the type as the subject, the rest in application properties.</summary>
internal static class ServiceBusEnvelope
{
    private const string Id = "id";
    private const string Organization = "organization-id";
    private const string TraceParent = "traceparent";
    private const string EnqueuedAt = "enqueued-at";

    /// <summary>Deliveries that ended before this copy was made, less those that Service Bus counts though they were no attempts.</summary>
    public const string Attempts = "attempts";

    /// <param name="messageId">By which Service Bus detects duplicates.</param>
    public static ServiceBusMessage Write(MessageEnvelope message, int attempts, DateTimeOffset enqueuedAt, string messageId)
    {
        var written = new ServiceBusMessage(message.Body) { MessageId = messageId, Subject = message.Type, ContentType = "application/json" };
        written.ApplicationProperties[Id] = message.Id.ToString();
        written.ApplicationProperties[Organization] = message.OrganizationId.ToString();
        written.ApplicationProperties[Attempts] = attempts;
        written.ApplicationProperties[EnqueuedAt] = enqueuedAt.ToUnixTimeMilliseconds();
        if (message.TraceParent is { } trace)
            written.ApplicationProperties[TraceParent] = trace;
        return written;
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is none of ours.</exception>
    public static (MessageEnvelope Message, int Attempt, DateTimeOffset EnqueuedAt) Read(ServiceBusReceivedMessage received)
    {
        if (!Guid.TryParse(Text(received, Id), out var id)
            || !Guid.TryParse(Text(received, Organization), out var organizationId)
            || received.Subject is not { Length: > 0 } type)
            throw new FormatException($"It lacks '{Id}', '{Organization}' or a subject.");
        var enqueuedAt = received.ApplicationProperties.TryGetValue(EnqueuedAt, out var at) && at is long milliseconds
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : received.EnqueuedTime;
        var message = new MessageEnvelope(id, organizationId, type, received.Body.ToString()) { TraceParent = Text(received, TraceParent) };
        return (message, Math.Max(1, AttemptsOf(received) + received.DeliveryCount), enqueuedAt);
    }

    public static int AttemptsOf(ServiceBusReceivedMessage received) =>
        received.ApplicationProperties.TryGetValue(Attempts, out var attempts) && attempts is int number ? number : 0;

    private static string? Text(ServiceBusReceivedMessage received, string name) =>
        received.ApplicationProperties.TryGetValue(name, out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
}
