using System.Globalization;
using System.Text;
using Amazon.SQS.Model;

namespace ImageService.Core.Messaging;

/// <summary>An envelope as SQS carries it: the body as it is, the rest in message attributes.</summary>
internal static class SqsMessage
{
    private const string Id = "id";
    private const string Organization = "organization-id";
    private const string Type = "type";
    private const string TraceParent = "traceparent";
    private const string EnqueuedAt = "enqueued-at";

    /// <summary>Deliveries that ended before this copy of the message was made.</summary>
    private const string Attempts = "attempts";

    /// <summary>Why it failed last.</summary>
    public const string Reason = "reason";

    /// <summary>Bytes that the attributes' names, types and values take at most, without a reason.</summary>
    private const int AttributeBytes = 512;

    /// <summary>What it adds to a request, bytes.</summary>
    public static int SizeOf(MessageEnvelope message) => Encoding.UTF8.GetByteCount(message.Body) + AttributeBytes;

    public static SendMessageBatchRequestEntry Write(MessageEnvelope message, int attempts, DateTimeOffset enqueuedAt, string? reason = null)
    {
        Dictionary<string, MessageAttributeValue> attributes = new()
        {
            [Id] = Text(message.Id.ToString()),
            [Organization] = Text(message.OrganizationId.ToString()),
            [Type] = Text(message.Type),
            [Attempts] = Text(attempts.ToString(CultureInfo.InvariantCulture)),
            [EnqueuedAt] = Text(enqueuedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
        };
        if (message.TraceParent is { } trace)
            attributes[TraceParent] = Text(trace);
        if (reason is not null)
            attributes[Reason] = Text(reason);
        return new SendMessageBatchRequestEntry { MessageBody = message.Body, MessageAttributes = attributes };
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="FormatException">It is none of ours.</exception>
    public static (MessageEnvelope Message, int Attempt, DateTimeOffset EnqueuedAt) Read(Message received)
    {
        if (!Guid.TryParse(TextOf(received, Id), out var id) || !Guid.TryParse(TextOf(received, Organization), out var organizationId)
            || TextOf(received, Type) is not { } type)
            throw new FormatException($"It lacks '{Id}', '{Organization}' or '{Type}'.");
        var receipts = received.Attributes?.TryGetValue("ApproximateReceiveCount", out var count) is true ? Number(count) : 1;
        var attempt = (int)Math.Min(int.MaxValue, Number(TextOf(received, Attempts)) + Math.Max(1, receipts));
        var message = new MessageEnvelope(id, organizationId, type, received.Body) { TraceParent = TextOf(received, TraceParent) };
        return (message, attempt,
            DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(Number(TextOf(received, EnqueuedAt)), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())));
    }

    private static MessageAttributeValue Text(string value) => new() { DataType = "String", StringValue = value };

    private static string? TextOf(Message received, string attribute) =>
        received.MessageAttributes?.TryGetValue(attribute, out var value) is true ? value.StringValue : null;

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
