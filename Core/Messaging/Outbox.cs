using System.Diagnostics;
using ImageService.Core.Registry;

namespace ImageService.Core.Messaging;

/// <summary>
/// Where facts are written down in the transaction that makes them true. Where the queue is a table of the same database, that transaction publishes them;
/// else they wait in the outbox, from which the worker's relay publishes them to the broker.
/// </summary>
public static class Outbox
{
    /// <summary>Adds the message to the unit of work; it is published if and only if that unit of work commits. It carries the trace of the caller.</summary>
    public static void Publish<T>(this RegistryDb db, T message, DateTimeOffset now)
        where T : IMessage
    {
        var (body, trace) = (Messages.Write(message), Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null);
        if (db.UsesOutbox)
            db.OutboxMessages.Add(
                new OutboxMessage { OrganizationId = message.OrganizationId, Type = T.Type, Body = body, TraceParent = trace, CreatedAt = now });
        else
            db.QueuedMessages.Add(new QueuedMessage { OrganizationId = message.OrganizationId, Type = T.Type, Body = body, TraceParent = trace });
    }
}
