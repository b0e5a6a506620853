using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ImageService.Core.Operations;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace ImageService.Core.Caching;

/// <summary>
/// Variants shared by all replicas. One Redis hash holds an asset's variants of one generation, so that forgetting an asset is one UNLINK.
/// A value is a 12-byte header (layout version, format, two reserved, width, height; little endian), a keyed hash (HMAC-SHA256 over the entry's name,
/// header and bytes) and then the raw bytes: base64
/// would cost a third more. Who can write to Redis but does not hold the master key can make nobody see another picture, and what was damaged on the way is
/// not shown.
/// </summary>
public sealed class RedisVariantCache(RedisConnection redis, IOptions<CachingOptions> options)
{
    private const byte Layout = 2;
    private const int HeaderBytes = 12;
    private const int SealBytes = HMACSHA256.HashSizeInBytes;
    private const int BytesAt = HeaderBytes + SealBytes;

    private readonly int _entryMaxBytes = options.Value.RedisEntryMaxBytes;
    private readonly TimeSpan _timeToLive = options.Value.RedisTimeToLive;
    private readonly byte[] _sealKey = options.Value.RedisSealKey;

    /// <summary>Whether a look-up would be tried now.</summary>
    public bool IsUsable => redis.IsUsable;

    /// <summary>Finds a variant; null when it is not there, Redis does not answer in time, or its hash does not hold.</summary>
    public async ValueTask<CachedVariant?> GetAsync(VariantKey key, CancellationToken ct) => (await FindAsync(key, ct)).Variant;

    /// <summary>Finds a variant, and tells whether something was there whose hash does not hold: that is removed.</summary>
    public async ValueTask<(CachedVariant? Variant, bool IsDamaged)> FindAsync(VariantKey key, CancellationToken ct)
    {
        var (_, value) =
            await redis.TryAsync(key, static (database, wanted) => database.HashGetAsync(HashOf(wanted.AssetId, wanted.Generation), FieldOf(wanted)), ct);
        if (value.IsNull)
            return (null, false);
        var bytes = (byte[])value!;
        if (Decode(key, bytes, _sealKey) is { } variant)
            return (variant, false);

        // A value of another release is no damage; both are written anew.
        await redis.TryAsync(key, static (database, unwanted) => database.HashDeleteAsync(HashOf(unwanted.AssetId, unwanted.Generation), FieldOf(unwanted)),
            ct);
        return (null, bytes.Length == 0 || bytes[0] is 0 or >= Layout);
    }

    /// <summary>Keeps a variant where it is small enough and Redis answers.</summary>
    public async ValueTask PutAsync(VariantKey key, CachedVariant variant, CancellationToken ct)
    {
        if (variant.Bytes.Length > _entryMaxBytes || !redis.IsUsable)
            return;
        await redis.TryAsync(
            (Key: key, Value: Encode(key, variant, _sealKey), TimeToLive: _timeToLive),
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
            // One command per key: in a cluster the keys of one must lie on one server, and these lie on all.
            var keys = Array.ConvertAll(chunk, asset => HashOf(asset.AssetId, asset.Generation));
            var (answered, _) = await redis.TryAsync(
                keys, static (database, unwanted) => Task.WhenAll(Array.ConvertAll(unwanted, key => database.KeyDeleteAsync(key))), ct);
            all &= answered;
        }

        return all;
    }

    internal static byte[] Encode(VariantKey key, CachedVariant variant, byte[] sealKey)
    {
        var value = new byte[BytesAt + variant.Bytes.Length];
        value[0] = Layout;
        value[1] = (byte)variant.Format;
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(4), variant.Width);
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(8), variant.Height);
        variant.Bytes.CopyTo(value.AsMemory(BytesAt));
        Seal(key, value, sealKey, value.AsSpan(HeaderBytes, SealBytes));
        return value;
    }

    /// <summary>Reads a value; null for one of another layout, as a newer or older release may have written it, and for one whose hash does not hold.</summary>
    internal static CachedVariant? Decode(VariantKey key, byte[] value, byte[] sealKey)
    {
        if (value.Length <= BytesAt || value[0] != Layout || !Enum.IsDefined((ImageFormat)value[1]))
            return null;
        Span<byte> expected = stackalloc byte[SealBytes];
        Seal(key, value, sealKey, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, value.AsSpan(HeaderBytes, SealBytes)))
            return null;
        return new CachedVariant(
            value.AsMemory(BytesAt),
            (ImageFormat)value[1],
            BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(4)),
            BinaryPrimitives.ReadInt32LittleEndian(value.AsSpan(8)));
    }

    /// <summary>Over the name as well, so that no value holds in another's place.</summary>
    private static void Seal(VariantKey key, ReadOnlySpan<byte> value, byte[] sealKey, Span<byte> seal)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, sealKey);
        hash.AppendData(Encoding.ASCII.GetBytes($"{key.AssetId:n}:{key.Generation}:{key.Version}:{key.OperationsHash}\n"));
        hash.AppendData(value[..HeaderBytes]);
        hash.AppendData(value[BytesAt..]);
        hash.GetHashAndReset(seal);
    }

    private static RedisKey HashOf(Guid assetId, int generation) => $"variants:{assetId:n}:{generation}";

    private static RedisValue FieldOf(VariantKey key) => $"{key.Version}:{key.OperationsHash}";
}
