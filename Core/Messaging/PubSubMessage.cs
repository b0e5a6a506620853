using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace ImageService.Core.Messaging;

/// <summary>An envelope as Pub/Sub carries it: the body as data, the rest as attributes.</summary>
/// <param name="Data">Base64.</param>
/// <param name="Attributes">At most 100, each value at most 1024 bytes.</param>
internal sealed record PubSubMessage(
    [property: JsonPropertyName("data")] string Data, [property: JsonPropertyName("attributes")] IReadOnlyDictionary<string, string>? Attributes)
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

    private const int MaxAttributeBytes = 1024;

    public static PubSubMessage Write(MessageEnvelope message, int attempts, DateTimeOffset enqueuedAt, string? reason = null)
    {
        Dictionary<string, string> attributes = new()
        {
            [Id] = message.Id.ToString(),
            [Organization] = message.OrganizationId.ToString(),
            [Type] = message.Type,
            [Attempts] = attempts.ToString(CultureInfo.InvariantCulture),
            [EnqueuedAt] = enqueuedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
        };
        if (message.TraceParent is { } trace)
            attributes[TraceParent] = trace;
        if (reason is not null)
            attributes[Reason] = Cut(reason);
        return new PubSubMessage(Convert.ToBase64String(Encoding.UTF8.GetBytes(message.Body)), attributes);
    }

    /// <summary>Reads one.</summary>
    /// <param name="delivery">Which delivery of this copy Pub/Sub says it is; 0 where it does not count.</param>
    /// <exception cref="FormatException">It is none of ours.</exception>
    public (MessageEnvelope Message, int Attempt, DateTimeOffset EnqueuedAt) Read(int delivery)
    {
        if (!Guid.TryParse(Text(Id), out var id) || !Guid.TryParse(Text(Organization), out var organizationId) || Text(Type) is not { } type)
            throw new FormatException($"It lacks '{Id}', '{Organization}' or '{Type}'.");
        var message = new MessageEnvelope(id, organizationId, type,
            Encoding.UTF8.GetString(Convert.FromBase64String(Data)))
        { TraceParent = Text(TraceParent) };
        var attempt = (int)Math.Min(int.MaxValue, Number(Attempts) + Math.Max(1, delivery));
        return (message, attempt, DateTimeOffset.FromUnixTimeMilliseconds(Math.Min(Number(EnqueuedAt), DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())));
    }

    private static string Cut(string reason)
    {
        while (Encoding.UTF8.GetByteCount(reason) > MaxAttributeBytes) reason = reason[..(reason.Length * 9 / 10)];
        return reason;
    }

    private string? Text(string attribute) => Attributes?.TryGetValue(attribute, out var value) is true ? value : null;

    private long Number(string attribute) => long.TryParse(Text(attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
