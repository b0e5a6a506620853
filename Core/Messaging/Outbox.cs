using System.Diagnostics;
using ImageService.Core.Registry;

namespace ImageService.Core.Messaging;

/// <summary>Where facts are written down in the transaction that makes them true; the worker's relay publishes them afterwards.</summary>
public static class Outbox
{
    /// <summary>Adds the message to the unit of work; it is published if and only if that unit of work commits. It carries the trace of the caller.</summary>
    public static void Publish<T>(this RegistryDb db, T message, DateTimeOffset now)
        where T : IMessage =>
        db.OutboxMessages.Add(new OutboxMessage
        {
            OrganizationId = message.OrganizationId,
            Type = T.Type,
            Body = Messages.Write(message),
            TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null,
            CreatedAt = now,
        });
}
