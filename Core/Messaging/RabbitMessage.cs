using System.Globalization;
using System.Text;
using RabbitMQ.Client;

namespace ImageService.Core.Messaging;

/// <summary>An envelope as RabbitMQ carries it: id and type in the properties made for them, the rest in headers.</summary>
internal static class RabbitMessage
{
    private const string Organization = "organization-id";

    private const string TraceParent = "traceparent";

    /// <summary>Deliveries that ended before this copy of the message was made.</summary>
    private const string Attempts = "attempts";

    /// <summary>Why it failed last.</summary>
    public const string Reason = "reason";

    public static BasicProperties Properties(MessageEnvelope message, int attempts, DateTimeOffset enqueuedAt, string? reason = null)
    {
        Dictionary<string, object?> headers = new() { [Organization] = message.OrganizationId.ToString(), [Attempts] = attempts };
        if (message.TraceParent is not null)
            headers[TraceParent] = message.TraceParent;
        if (reason is not null)
            headers[Reason] = reason;
        return new BasicProperties
        {
            MessageId = message.Id.ToString(),
            Type = message.Type,
            ContentType = "application/json",
            Persistent = true,
            Timestamp = new AmqpTimestamp(enqueuedAt.ToUnixTimeSeconds()),
            Headers = headers,
        };
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is none of ours.</exception>
    public static (MessageEnvelope Message, int Attempt, DateTimeOffset EnqueuedAt) Read(IReadOnlyBasicProperties properties, ReadOnlySpan<byte> body)
    {
        if (!Guid.TryParse(properties.MessageId, out var id)
            || properties.Type is not { Length: > 0 } type)
            throw new FormatException("It has no id or no type.");
        if (!Guid.TryParse(Text(properties, Organization), out var organizationId))
            throw new FormatException($"It has no header '{Organization}'.");

        // What the broker counts starts anew with each copy. Since RabbitMQ 4.3 a delivery that was never answered raises the acquired count alone, before
        // it the delivery count.
        var unanswered = Math.Max(Number(properties, "x-delivery-count"), Number(properties, "x-acquired-count"));
        var attempt = (int)Math.Min(int.MaxValue, 1 + Number(properties, Attempts) + unanswered);
        var message = new MessageEnvelope(id, organizationId, type, Encoding.UTF8.GetString(body)) { TraceParent = Text(properties, TraceParent) };
        return (message, attempt, DateTimeOffset.FromUnixTimeSeconds(properties.Timestamp.UnixTime));
    }

    private static string? Text(IReadOnlyBasicProperties properties, string header) => properties.Headers?.TryGetValue(header, out var value) is true
        ? value switch { byte[] bytes => Encoding.UTF8.GetString(bytes), string text => text, _ => null }
        : null;

    private static long Number(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers?.TryGetValue(header, out var value) is true && value is int or long or short or byte
            ? Math.Max(0, Convert.ToInt64(value, CultureInfo.InvariantCulture)) : 0;
}
