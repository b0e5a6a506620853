using System.Text.Json;

namespace ImageService.Tests.Support;

/// <summary>A pull subscription of <see cref="PubSubService"/>.</summary>
/// <param name="topic">What it is subscribed to.</param>
/// <param name="deadline">How long a pulled message is another's.</param>
/// <param name="minimumBackoff">Wait after the first failure; doubles.</param>
/// <param name="maximumBackoff">The wait grows no further.</param>
/// <param name="counts">Whether deliveries are counted: only under a dead-letter policy.</param>
internal sealed class PubSubSubscription(string topic, TimeSpan deadline, TimeSpan minimumBackoff, TimeSpan maximumBackoff, bool counts)
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<long, Item> _items = [];
    private readonly Dictionary<string, Item> _leased = new(StringComparer.Ordinal);
    private long _sequence;

    public string Topic { get; } = topic;

    /// <summary>Not acknowledged yet, leased ones too.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _items.Count;
        }
    }

    public void Add(JsonElement message)
    {
        lock (_lock)
        {
            var item = new Item(++_sequence, message);
            _items.Add(item.Sequence, item);
        }
    }

    /// <summary>Waits up to a second for the first message.</summary>
    public async Task<IReadOnlyList<object>> PullAsync(int limit, CancellationToken ct)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            ct.ThrowIfCancellationRequested(); // Nothing is leased to a caller who has gone.
            if (Take(limit) is { Count: > 0 } taken) return taken;
            await Task.Delay(10, ct);
        }

        return [];
    }

    public void Acknowledge(string id)
    {
        lock (_lock)
        {
            if (_leased.Remove(id, out var item)) _items.Remove(item.Sequence);
        }
    }

    /// <summary>Zero lets it go, to come again after the back-off.</summary>
    public void Modify(string id, TimeSpan until)
    {
        lock (_lock)
        {
            if (!_leased.TryGetValue(id, out var item) || item.AckId != id) return;
            if (until > TimeSpan.Zero)
            {
                item.DueAt = DateTime.UtcNow + until;
                return;
            }

            _leased.Remove(id);
            var wait = minimumBackoff * Math.Pow(2, Math.Min(20, item.Deliveries - 1));
            (item.AckId, item.DueAt) = (null, DateTime.UtcNow + (wait < maximumBackoff ? wait : maximumBackoff));
        }
    }

    private List<object> Take(int limit)
    {
        lock (_lock)
        {
            var now = DateTime.UtcNow;
            List<object> taken = [];
            foreach (var item in _items.Values.Where(item => item.DueAt <= now).Take(limit))
            {
                if (item.AckId is { } lost) _leased.Remove(lost);
                (item.AckId, item.DueAt, item.Deliveries) = (Guid.NewGuid().ToString("N"), now + deadline, item.Deliveries + 1);
                _leased[item.AckId] = item;
                taken.Add(new { ackId = item.AckId, message = item.Message, deliveryAttempt = counts ? item.Deliveries : 0 });
            }

            return taken;
        }
    }

    private sealed class Item(long sequence, JsonElement message)
    {
        public long Sequence { get; } = sequence;

        public JsonElement Message { get; } = message;

        public int Deliveries { get; set; }

        public string? AckId { get; set; }

        public DateTime DueAt { get; set; }
    }
}
