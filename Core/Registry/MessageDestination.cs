namespace ImageService.Core.Registry;

/// <summary>Where units of work write the facts that others are to hear of.</summary>
public sealed class MessageDestination
{
    /// <summary>
    /// True: into the outbox, from which the worker's relay publishes to a broker. False: straight into the queue, which is a table of the same database.
    /// </summary>
    public bool IsOutbox { get; set; }
}
