using System.Diagnostics.CodeAnalysis;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Caching;

/// <summary>The two layers of cached bytes: this process's memory, then Redis. Says which one answered and counts it.</summary>
public sealed class VariantCache(MemoryVariantCache memory, RedisVariantCache redis, ImageServiceMetrics metrics, ILogger<VariantCache> logger)
{
    private Action<IReadOnlySet<Guid>>? _forgetting;

    /// <summary>Looks in memory only; the warm path.</summary>
    public bool TryGetFromMemory(in VariantKey key, out CachedVariant? variant)
    {
        if (memory.TryGet(key, out variant))
        {
            metrics.CacheHit("memory");
            return true;
        }

        metrics.CacheMissed("memory");
        return false;
    }

    /// <summary>Looks in memory only and counts nothing.</summary>
    public bool TryPeek(in VariantKey key, [NotNullWhen(true)] out CachedVariant? variant) => memory.TryGet(key, out variant);

    /// <summary>Counts a variant found by <see cref="TryPeek"/>.</summary>
    public void NoteMemoryHit() => metrics.CacheHit("memory");

    /// <summary>Looks in Redis and, when found there, keeps a copy in memory.</summary>
    public async ValueTask<CachedVariant?> GetFromRedisAsync(VariantKey key, CancellationToken ct)
    {
        if (!redis.IsUsable)
            return null;
        var (variant, isDamaged) = await redis.FindAsync(key, ct);
        if (isDamaged)
        {
            metrics.IntegrityFailed("redis");
            Log.RedisValueDamaged(logger, key.AssetId, key.OperationsHash);
        }

        if (variant is null)
        {
            metrics.CacheMissed("redis");
            return null;
        }

        metrics.CacheHit("redis");
        memory.Add(key, variant);
        return variant;
    }

    /// <summary>Whether memory would keep a variant of this size; larger ones are streamed.</summary>
    public bool AcceptsInMemory(long bytes) => memory.Accepts(bytes);

    /// <summary>Keeps a variant in both layers.</summary>
    public async ValueTask PutAsync(VariantKey key, CachedVariant variant, CancellationToken ct)
    {
        memory.Add(key, variant);
        await redis.PutAsync(key, variant, ct);
    }

    /// <summary>Names what else must forget, before memory does: flights that would put an old variant back.</summary>
    public void WhenForgetting(Action<IReadOnlySet<Guid>> forget) => _forgetting += forget;

    /// <summary>Forgets assets' variants in this process's memory.</summary>
    public int ForgetInMemory(IReadOnlySet<Guid> assets)
    {
        _forgetting?.Invoke(assets);
        return memory.RemoveWhere(key => assets.Contains(key.AssetId));
    }

    /// <summary>
    /// Forgets generations of assets in Redis; false when Redis did not take all of it (it forgets by its own time limit then, and nothing reads old
    /// generations).
    /// </summary>
    public ValueTask<bool> ForgetInRedisAsync(IReadOnlyCollection<(Guid AssetId, int Generation)> assets, CancellationToken ct) =>
        redis.RemoveAsync(assets, ct);
}
