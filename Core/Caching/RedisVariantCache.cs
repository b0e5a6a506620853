using System.Buffers.Binary;
using ImageService.Core.Operations;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ImageService.Core.Caching;

/// <summary>
/// Variants shared by all replicas. One Redis hash holds an asset's variants of one generation, so that forgetting an asset is one UNLINK.
/// A value is a 12-byte header (layout version, format, two reserved, width, height; little endian) and then the raw bytes: base64 would cost a third more.
/// </summary>
public sealed class RedisVariantCache(RedisConnection redis, IOptions<CachingOptions> options)
{
    private const byte Layout = 1;
    private const int HeaderBytes = 12;

    private readonly int _entryMaxBytes = options.Value.RedisEntryMaxBytes;
    private readonly TimeSpan _timeToLive = options.Value.RedisTimeToLive;

    /// <summary>Whether a look-up would be tried now.</summary>
    public bool IsUsable => redis.IsUsable;

    /// <summary>Finds a variant; null when it is not there or Redis does not answer in time.</summary>
    public async ValueTask<CachedVariant?> GetAsync(VariantKey key, CancellationToken ct)
    {
        var (_, value) = await redis.TryAsync(key, static (database, wanted) => database.HashGetAsync(HashOf(wanted.AssetId, wanted.Generation), FieldOf(wanted)), ct);
        return value.IsNull ? null : Decode((byte[])value!);
    }

    /// <summary>Keeps a variant where it is small enough and Redis answers.</summary>
    public async ValueTask PutAsync(VariantKey key, CachedVariant variant, CancellationToken ct)
    {
        if (variant.Bytes.Length > _entryMaxBytes || !redis.IsUsable)
            return;
        await redis.TryAsync(
            (Key: key, Value: Encode(variant), TimeToLive: _timeToLive),
            static async (database, put) =>
            {
                var hash = HashOf(put.Key.AssetId, put.Key.Generation);
                var batch = database.CreateBatch();
                var written = batch.HashSetAsync(hash, FieldOf(put.Key), put.Value);
                // The life of the hash is the life of its first entry, so that none outlives it however often the asset is asked for.
                var expires = batch.KeyExpireAsync(hash, put.TimeToLive, ExpireWhen.HasNoExpiry);
                batch.Execute();
                await Task.WhenAll(written, expires);
                return true;
            },
            ct);
    }

    /// <summary>Forgets every variant of these generations of assets.</summary>
    /// <returns>Whether Redis took all of it.</returns>
    public async ValueTask<bool> RemoveAsync(IReadOnlyCollection<(Guid AssetId, int Generation)> assets, CancellationToken ct)
    {
        var all = true;
        foreach (var chunk in assets.Chunk(500))
        {
            var keys = Array.ConvertAll(chunk, asset => HashOf(asset.AssetId, asset.Generation));
            var (answered, _) = await redis.TryAsync(keys, static (database, unwanted) => database.KeyDeleteAsync(unwanted), ct);
            all &= answered;
        }

        return all;
    }

    internal static byte[] Encode(CachedVariant variant)
    {
        var value = new byte[HeaderBytes + variant.Bytes.Length];
        value[0] = Layout;
        value[1] = (byte)variant.Format;
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(4), variant.Width);
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(8), variant.Height);
        variant.Bytes.CopyTo(value.AsMemory(HeaderBytes));
        return value;
    }

    /// <summary>Reads a value; null for one of another layout, as a newer or older release may have written it.</summary>
    internal static CachedVariant? Decode(byte[] value)
    {
        if (value.Length <= HeaderBytes || value[0] != Layout || !Enum.IsDefined((ImageFormat)value[1]))
            return null;
        return new CachedVariant(
            value.AsMemory(HeaderBytes),
            (ImageFormat)value[1],
            BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(4)),
            BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(8)));
    }

    private static RedisKey HashOf(Guid assetId, int generation) => $"variants:{assetId:n}:{generation}";

    private static RedisValue FieldOf(VariantKey key) => $"{key.Version}:{key.OperationsHash}";
}
