using System.ComponentModel.DataAnnotations;

namespace ImageService.Core.Messaging;

/// <summary>Settings of the queue and the relay.</summary>
public sealed class MessagingOptions
{
    public const string Section = "Messaging";

    /// <summary>
    /// Which queue carries messages: <c>postgres</c> (default: the registry's own database), <c>rabbitmq</c>, <c>sqs</c>, <c>pubsub</c>, <c>servicebus</c>.
    /// </summary>
    [RegularExpression(
        "^(postgres|rabbitmq|sqs|pubsub|servicebus)$", ErrorMessage = "Messaging:Provider must be postgres, rabbitmq, sqs, pubsub or servicebus.")]
    public string Provider { get; set; } = "postgres";

    /// <summary>Whether messages leave the registry's database, and therefore go through the outbox.</summary>
    public bool UsesBroker => !string.Equals(Provider, "postgres", StringComparison.Ordinal);

    /// <summary>Name of a broker's queue, and the beginning of the names of those beside it. Default <c>imageservice</c>.</summary>
    [RegularExpression("^[a-z][a-z0-9-]{2,59}$", ErrorMessage = "Messaging:QueueName must be 3 to 60 lower-case letters, digits and hyphens, a letter first.")]
    public string QueueName { get; set; } = "imageservice";

    /// <summary>
    /// Whether a broker's queues are made where they are missing; false where the service has no right to and somebody else makes them. Default true.
    /// </summary>
    public bool CreateQueues { get; set; } = true;

    /// <summary>Messages handled at once by one worker. Default 8.</summary>
    [Range(1, 256, ErrorMessage = "Messaging:Concurrency must be from 1 to 256.")]
    public int Concurrency { get; set; } = 8;

    /// <summary>How long a message stays with a worker that says nothing before another gets it. Default 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "12:00:00", ErrorMessage = "Messaging:VisibilityTimeout must be from 00:00:01 to 12:00:00.")]
    public TimeSpan VisibilityTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Deliveries before a message is set aside as dead. Default 10.</summary>
    [Range(1, 1000, ErrorMessage = "Messaging:MaxDeliveries must be from 1 to 1000.")]
    public int MaxDeliveries { get; set; } = 10;

    /// <summary>Delay after the first failure; doubles with each further one. Default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00", ErrorMessage = "Messaging:RetryDelay must be from 00:00:00 to 01:00:00.")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The delay never grows beyond this. Default 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "Messaging:MaxRetryDelay must be from 00:00:01 to 1.00:00:00.")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often relay and queue look without having been woken by a notice, for the case that one was missed. Default 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00", ErrorMessage = "Messaging:PollInterval must be from 00:00:00.05 to 00:01:00.")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Pause before a queue or an outbox that cannot be reached is tried again. Default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00", ErrorMessage = "Messaging:ReconnectDelay must be from 00:00:00.05 to 00:01:00.")]
    public TimeSpan ReconnectDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Outbox rows published per transaction. Default 200.</summary>
    [Range(1, 5000, ErrorMessage = "Messaging:RelayBatch must be from 1 to 5000.")]
    public int RelayBatch { get; set; } = 200;

    /// <summary>How long published outbox rows are kept. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00", ErrorMessage = "Messaging:OutboxRetention must be from 00:00:00 to 365.00:00:00.")]
    public TimeSpan OutboxRetention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Delay before the delivery that follows the given failed one.</summary>
    /// <param name="attempt">1 for the first delivery.</param>
    public TimeSpan DelayAfter(int attempt)
    {
        var factor = Math.Pow(2, Math.Clamp(attempt - 1, 0, 30));
        return TimeSpan.FromTicks((long)Math.Min(RetryDelay.Ticks * factor, MaxRetryDelay.Ticks));
    }
}
