using Amqp;
using Amqp.Framing;
using Amqp.Listener;
using Amqp.Types;

namespace ImageService.Tests.Support;

/// <summary>A queue's management node of <see cref="ServiceBusHost"/>: looking without taking, renewing locks, settling what came by another link.</summary>
internal sealed class ServiceBusManagement(ServiceBusEntity entity) : IRequestProcessor
{
    public int Credit => 100;

    public void Process(RequestContext requestContext)
    {
        var request = requestContext.Message;
        var body = request.Body as Map ?? [];
        requestContext.Complete(request.ApplicationProperties["operation"] switch
        {
            "com.microsoft:peek-message" => Peek(body),
            "com.microsoft:renew-lock" => Renew(((Guid[])body["lock-tokens"])[0]),
            "com.microsoft:update-disposition" => Settle(body, ((Guid[])body["lock-tokens"])[0]),
            var other => Answer(501, $"The stand-in does not know {other}."),
        });
    }

    private Message Peek(Map body)
    {
        var messages = entity.Peek((long)body["from-sequence-number"], (int)body["message-count"]);
        if (messages.Count == 0) return Answer(204, "No content");
        var list = messages.ConvertAll(message =>
        {
            var encoded = message.Encode();
            return new Map { ["message"] = encoded.Buffer.AsSpan(encoded.Offset, encoded.Length).ToArray() };
        });
        return Answer(200, "OK", new Map { ["messages"] = list });
    }

    private Message Renew(Guid token) => entity.Renew(token) is { } until ? Answer(200, "OK", new Map { ["expirations"] = new[] { until } }) : Lost();

    private Message Settle(Map body, Guid token)
    {
        var held = body["disposition-status"] switch
        {
            "completed" => entity.Complete(token),
            "abandoned" => entity.Abandon(token, body["properties-to-modify"] as Map),
            "suspended" => entity.DeadLetter(token, body["deadletter-reason"] as string, body["deadletter-description"] as string),
            _ => false,
        };
        return held ? Answer(200, "OK") : Lost();
    }

    private static Message Lost()
    {
        var answer = Answer(410, "The lock supplied is invalid.");
        answer.ApplicationProperties["errorCondition"] = new Symbol("com.microsoft:message-lock-lost");
        return answer;
    }

    private static Message Answer(int status, string description, Map? body = null) => new()
    {
        ApplicationProperties = new ApplicationProperties { ["statusCode"] = status, ["statusDescription"] = description },
        BodySection = new AmqpValue { Value = body ?? [] },
    };
}
