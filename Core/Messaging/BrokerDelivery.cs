namespace ImageService.Core.Messaging;

/// <summary>
/// One message taken from a broker and not settled yet; each adapter says how it is settled there. Settling twice, or after the claim was lost, is
/// harmless.
/// </summary>
internal abstract class BrokerDelivery(MessageEnvelope message, int attempt, DateTimeOffset enqueuedAt)
{
    /// <summary>Longest reason that travels with a dead message, in characters.</summary>
    public const int MaxReason = 1000;

    public MessageEnvelope Message { get; } = message;

    /// <summary>1 at the first delivery.</summary>
    public int Attempt { get; } = attempt;

    /// <summary>When it was first published.</summary>
    public DateTimeOffset EnqueuedAt { get; } = enqueuedAt;

    /// <summary>How long the claim lasts where it is not <see cref="MessagingOptions.VisibilityTimeout"/>.</summary>
    public virtual TimeSpan? Lease => null;

    /// <summary>Keeps the claim for that much longer, from now.</summary>
    public abstract Task ExtendAsync(TimeSpan visibility, CancellationToken ct);

    /// <summary>It was handled: gone for good.</summary>
    public abstract Task CompleteAsync(CancellationToken ct);

    /// <summary>It was not handled and it is nobody's fault: it comes again at once, as the same attempt.</summary>
    public abstract Task GiveBackAsync(CancellationToken ct);

    /// <summary>It failed: it comes again after the delay, as the next attempt.</summary>
    public abstract Task RetryAsync(TimeSpan delay, string reason, CancellationToken ct);

    /// <summary>It failed too often: it waits among the dead, with the reason.</summary>
    public abstract Task SetAsideAsync(string reason, CancellationToken ct);

    /// <summary>What is written beside a dead message.</summary>
    public static string ReasonOf(Exception exception)
    {
        var text = $"{exception.GetType().Name}: {exception.Message}".ReplaceLineEndings(" ");
        return text.Length <= MaxReason ? text : text[..MaxReason];
    }
}
