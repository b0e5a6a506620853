using System.Collections.Concurrent;
using ImageService.Core.Caching;
using ImageService.Core.Errors;

namespace ImageService.Core.Variants;

/// <summary>
/// Remembers for a while which variants cannot be made, because their picture cannot be read or their encoder refuses it: asking again would cost the same
/// seconds of CPU for the same answer. What may pass (anything with a time to come back) is not remembered. Thread-safe.
/// </summary>
public sealed class FailedVariants(TimeProvider time)
{
    private const int MostRemembered = 10_000;
    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<VariantKey, (Error Error, DateTimeOffset Until)> _failures = new();

    /// <summary>Why the variant could not be made lately; null where it may be tried.</summary>
    public Error? Find(VariantKey key) => _failures.TryGetValue(key, out var failure) && failure.Until > time.GetUtcNow() ? failure.Error : null;

    /// <summary>Remembers what the engine said, where it would say it again.</summary>
    public void Note(VariantKey key, Error error)
    {
        if (error.RetryAfter is not null)
            return;
        var now = time.GetUtcNow();
        if (_failures.Count >= MostRemembered)
        {
            foreach (var (old, _) in _failures.Where(one => one.Value.Until <= now))
                _failures.TryRemove(old, out _);
        }

        // Full of failures that all still hold: forgetting them costs time, keeping them would cost memory.
        if (_failures.Count >= MostRemembered)
            _failures.Clear();
        _failures[key] = (error, now + RememberedFor);
    }
}
