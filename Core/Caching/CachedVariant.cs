using ImageService.Core.Operations;

namespace ImageService.Core.Caching;

/// <summary>
/// A variant's bytes as every cache layer keeps them. The memory is shared and must not be written, and it is the collector's own: what a cache has let go
/// of is perhaps still on its way to a client, and must not become another's.
/// </summary>
/// <param name="Bytes">The encoded image.</param>
/// <param name="Format">Its format.</param>
/// <param name="Width">px.</param>
/// <param name="Height">px.</param>
public sealed record CachedVariant(ReadOnlyMemory<byte> Bytes, ImageFormat Format, int Width, int Height);

/// <summary>
/// Names one variant in every cache. <see cref="Generation"/> is the asset's count of invalidations, so an invalidation makes every older key
/// unreachable without looking for it.
/// </summary>
/// <param name="AssetId">The asset's id.</param>
/// <param name="Version">The asset's version.</param>
/// <param name="Generation"><see cref="Registry.Asset.VariantGeneration"/> when the request was described.</param>
/// <param name="OperationsHash">64 lower-case hex digits.</param>
public readonly record struct VariantKey(Guid AssetId, int Version, int Generation, string OperationsHash)
{
    /// <summary>Sixteen digits of a SHA-256 and the asset are spread well enough; hashing all 64 would be a third of a hit's time.</summary>
    public override int GetHashCode() =>
        HashCode.Combine(AssetId, Version, string.GetHashCode(OperationsHash.AsSpan(0, Math.Min(16, OperationsHash.Length)), StringComparison.Ordinal));
}

/// <summary>Which layer answered; the value of <c>X-Cache</c>.</summary>
public enum CacheLayer
{
    Memory,
    Redis,
    Storage,

    /// <summary>Made for this request.</summary>
    Miss,

    /// <summary>Made for another request that was already waiting.</summary>
    Coalesced,
}

/// <summary>Names of <see cref="CacheLayer"/>.</summary>
public static class CacheLayers
{
    /// <summary>As in <c>X-Cache</c> and in the label <c>layer</c>.</summary>
    public static string Name(this CacheLayer layer) => layer switch
    {
        CacheLayer.Memory => "memory",
        CacheLayer.Redis => "redis",
        CacheLayer.Storage => "storage",
        CacheLayer.Miss => "miss",
        CacheLayer.Coalesced => "coalesced",
        _ => throw new ArgumentOutOfRangeException(nameof(layer)),
    };
}
