using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace ImageService.Tests.Support;

/// <summary>A queue of <see cref="ServiceBusHost"/>: messages in order, each waiting, locked, or scheduled for later.</summary>
internal sealed class ServiceBusEntity(TimeSpan lockDuration, ServiceBusEntity? dead)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, Item> _items = [];
    private readonly Dictionary<Guid, Item> _locked = [];
    private readonly HashSet<string> _seenIds = new(StringComparer.Ordinal);
    private long _sequence;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes a message in; one whose id was seen before is dropped, as duplicate detection does.</summary>
    public void Add(Message message)
    {
        lock (_lock)
        {
            if (message.Properties?.MessageId is { } id && !_seenIds.Add(id)) return;
            AddItem(message);
        }
    }

    /// <summary>
    /// Ends when something may have become deliverable since it was asked for: a message came or was let go, or a lock or a schedule ran out. Ask before
    /// looking.
    /// </summary>
    public Task ChangeAsync()
    {
        lock (_lock)
        {
            var now = DateTime.UtcNow;
            var due = _items.Values.Select(item => item.LockedUntil > item.ScheduledFor ? item.LockedUntil : item.ScheduledFor).Where(at => at > now).Order();
            var next = due.FirstOrDefault();
            return next > now ? Task.WhenAny(_changed.Task, Task.Delay(next - now + TimeSpan.FromMilliseconds(1))) : _changed.Task;
        }
    }

    /// <summary>Locks the first message that may be delivered.</summary>
    /// <returns>The message as it goes out, its lock token among the annotations; null when none waits.</returns>
    public Message? Take()
    {
        lock (_lock)
        {
            var now = DateTime.UtcNow;
            if (_items.Values.FirstOrDefault(item => item.LockedUntil <= now && item.ScheduledFor <= now) is not { } item) return null;
            if (item.Token is { } lost) _locked.Remove(lost); // Its lock ran out.
            if (item.Token is not null) item.DeliveryCount++;
            (item.Token, item.LockedUntil) = (Guid.NewGuid(), now + lockDuration);
            _locked[item.Token.Value] = item;
            return Outgoing(item);
        }
    }

    /// <summary>Every message, also locked and scheduled ones, from a sequence number on.</summary>
    public List<Message> Peek(long from, int limit)
    {
        lock (_lock) return [.. _items.Values.Where(item => item.Sequence >= from).Take(limit).Select(Outgoing)];
    }

    public DateTime? Renew(Guid token)
    {
        lock (_lock) return Held(token) is { } item ? item.LockedUntil = DateTime.UtcNow + lockDuration : null;
    }

    /// <returns>False when the lock was lost.</returns>
    public bool Complete(Guid token) => Settle(token, item => _items.Remove(item.Sequence));

    public bool Abandon(Guid token, Map? changes) => Settle(token, item =>
    {
        foreach (var (key, value) in changes ?? []) item.Message.ApplicationProperties.Map[(string)key] = value;
        item.DeliveryCount++;
    });

    /// <summary>It was never looked at, so it counts for nothing.</summary>
    public bool Release(Guid token) => Settle(token, _ => { });

    public bool DeadLetter(Guid token, string? reason, string? description) => Settle(token, item =>
    {
        _items.Remove(item.Sequence);
        item.Message.ApplicationProperties ??= new ApplicationProperties();
        item.Message.ApplicationProperties["DeadLetterReason"] = reason;
        item.Message.ApplicationProperties["DeadLetterErrorDescription"] = description;
        dead?.AddItem(item.Message);
    });

    private bool Settle(Guid token, Action<Item> settle)
    {
        lock (_lock)
        {
            if (Held(token) is not { } item) return false;
            _locked.Remove(token);
            (item.Token, item.LockedUntil) = (null, DateTime.MinValue);
            settle(item);
            Tell();
            return true;
        }
    }

    private Item? Held(Guid token) => _locked.TryGetValue(token, out var item) && item.LockedUntil > DateTime.UtcNow ? item : null;

    private void AddItem(Message message)
    {
        lock (_lock)
        {
            var annotation = message.MessageAnnotations?[new Symbol("x-opt-scheduled-enqueue-time")];
            var scheduled = annotation is DateTime time ? time.ToUniversalTime() : DateTime.MinValue;
            var item = new Item(Interlocked.Increment(ref _sequence), message, DateTime.UtcNow) { ScheduledFor = scheduled };
            _items.Add(item.Sequence, item);
            Tell();
        }
    }

    private void Tell()
    {
        _changed.SetResult();
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static Message Outgoing(Item item)
    {
        var annotations = new MessageAnnotations();
        annotations.Map[new Symbol("x-opt-sequence-number")] = item.Sequence;
        annotations.Map[new Symbol("x-opt-enqueued-time")] = item.EnqueuedAt;
        if (item.Token is { } token)
        {
            annotations.Map[new Symbol("x-opt-locked-until")] = item.LockedUntil;
            annotations.Map[new Symbol("x-opt-lock-token")] = token;
        }

        return new Message
        {
            Header = new Header { DeliveryCount = item.DeliveryCount },
            MessageAnnotations = annotations,
            Properties = item.Message.Properties,
            ApplicationProperties = item.Message.ApplicationProperties,
            BodySection = item.Message.BodySection,
        };
    }

    private sealed class Item(long sequence, Message message, DateTime enqueuedAt)
    {
        public long Sequence { get; } = sequence;

        public Message Message { get; } = message;

        public DateTime EnqueuedAt { get; } = enqueuedAt;

        public DateTime ScheduledFor { get; init; }

        /// <summary>Deliveries that ended without completion.</summary>
        public uint DeliveryCount { get; set; }

        public Guid? Token { get; set; }

        public DateTime LockedUntil { get; set; }
    }
}
