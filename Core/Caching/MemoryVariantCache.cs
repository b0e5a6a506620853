using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Options;

namespace ImageService.Core.Caching;

/// <summary>
/// Variants in this process, bounded by bytes and evicted by S3-FIFO (Yang et al., "FIFO queues are all you need for cache eviction", SOSP 2023):
/// a small queue for newcomers, a main queue for what was asked for again, and a memory of the recently evicted. A crawl through a million
/// made-up URLs passes through the small queue and leaves the main one alone. Reads take no lock and allocate nothing.
/// </summary>
public sealed class MemoryVariantCache(IOptions<CachingOptions> options)
{
    /// <summary>What an entry costs beside its bytes: key, entry, dictionary node.</summary>
    private const int Overhead = 400;
    private const int MostFrequent = 3;

    private readonly int _entryMaxBytes = options.Value.MemoryEntryMaxBytes;
    private readonly long _capacity = options.Value.MemoryBytes;
    private readonly long _smallCapacity = options.Value.MemoryBytes / 10;
    private readonly ConcurrentDictionary<VariantKey, Entry> _entries = new();
    private readonly Queue<Entry> _small = new();
    private readonly Queue<Entry> _main = new();
    private readonly Queue<int> _ghosts = new();
    private readonly HashSet<int> _ghostSet = [];
    private readonly Lock _writing = new();
    private long _smallBytes;
    private long _mainBytes;

    /// <summary>Bytes held, with each entry's overhead.</summary>
    public long Bytes => Volatile.Read(ref _smallBytes) + Volatile.Read(ref _mainBytes);

    /// <summary>Variants held.</summary>
    public int Count => _entries.Count;

    /// <summary>Finds a variant; thread-safe, lock-free.</summary>
    public bool TryGet(in VariantKey key, [NotNullWhen(true)] out CachedVariant? variant)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            variant = null;
            return false;
        }

        // A lost increment under contention only makes an entry look a little less popular.
        if (entry.Frequency < MostFrequent)
            entry.Frequency++;
        variant = entry.Variant;
        return true;
    }

    /// <summary>Whether a variant of this size would be kept.</summary>
    public bool Accepts(long bytes) => bytes <= _entryMaxBytes && bytes + Overhead <= _smallCapacity;

    /// <summary>Keeps a variant; nothing happens when it is too large or already there.</summary>
    public void Add(in VariantKey key, CachedVariant variant)
    {
        if (!Accepts(variant.Bytes.Length))
            return;
        lock (_writing)
        {
            var isReturning = _ghostSet.Remove(key.GetHashCode());
            var entry = new Entry(key, variant) { InMain = isReturning };
            if (!_entries.TryAdd(key, entry))
                return;
            Enqueue(entry);
            while (_smallBytes + _mainBytes > _capacity)
                EvictOne();
        }
    }

    /// <summary>Forgets what the predicate names; a scan of all keys, so for invalidations only.</summary>
    /// <returns>How many were forgotten.</returns>
    public int RemoveWhere(Func<VariantKey, bool> which)
    {
        var removed = 0;
        foreach (var (key, _) in _entries)
        {
            if (!which(key))
                continue;
            lock (_writing)
            {
                if (!_entries.TryRemove(key, out var entry))
                    continue;
                // The queue's node stays until its turn; its bytes are given back now.
                entry.Removed = true;
                Charge(entry, -entry.Size);
                entry.Variant = null!;
                removed++;
            }
        }

        return removed;
    }

    private void Enqueue(Entry entry)
    {
        (entry.InMain ? _main : _small).Enqueue(entry);
        Charge(entry, entry.Size);
    }

    private void Charge(Entry entry, long bytes)
    {
        if (entry.InMain)
            Volatile.Write(ref _mainBytes, _mainBytes + bytes);
        else
            Volatile.Write(ref _smallBytes, _smallBytes + bytes);
    }

    private void EvictOne()
    {
        if (_small.Count > 0 && (_smallBytes >= _smallCapacity || _main.Count == 0))
            EvictFromSmall();
        else
            EvictFromMain();
    }

    private void EvictFromSmall()
    {
        var entry = _small.Dequeue();
        if (entry.Removed)
            return;
        Charge(entry, -entry.Size);
        if (entry.Frequency > 1)
        {
            entry.InMain = true;
            entry.Frequency = 0;
            Enqueue(entry);
            return;
        }

        _entries.TryRemove(entry.Key, out _);
        entry.Removed = true;
        Remember(entry.Key.GetHashCode());
    }

    private void EvictFromMain()
    {
        var entry = _main.Dequeue();
        if (entry.Removed)
            return;
        Charge(entry, -entry.Size);
        if (entry.Frequency > 0)
        {
            entry.Frequency--;
            Enqueue(entry);
            return;
        }

        _entries.TryRemove(entry.Key, out _);
        entry.Removed = true;
    }

    private void Remember(int ghost)
    {
        if (_ghostSet.Add(ghost))
            _ghosts.Enqueue(ghost);
        while (_ghosts.Count > Math.Max(64, _entries.Count))
            _ghostSet.Remove(_ghosts.Dequeue());
    }

    private sealed class Entry(VariantKey key, CachedVariant variant)
    {
        public VariantKey Key { get; } = key;

        public CachedVariant Variant { get; set; } = variant;

        public long Size { get; } = variant.Bytes.Length + Overhead;

        public int Frequency { get; set; }

        public bool InMain { get; set; }

        public bool Removed { get; set; }
    }
}
