using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using ImageService.Core.Engine;
using ImageService.Core.Registry;
using ImageService.Core.Storage;
using ImageService.Core.Telemetry;
using Microsoft.Extensions.Logging;

namespace ImageService.Core.Variants;

/// <summary>
/// Compares bytes that come from the store with what the registry knows of them, before anybody is served, and tells of what differs: a metric for the
/// alert, the log, and for originals, which nobody
/// can make again, a line in the organization's audit log.
/// </summary>
public sealed class IntegrityGuard(RegistryFactory registry, AuditLog audit, CurrentActor actor, ImageServiceMetrics metrics, TimeProvider time,
    ILogger<IntegrityGuard> logger)
{
    public const string Variant = "variant";
    public const string Original = "original";
    public const string Intermediate = "intermediate";
    public const string WorkingCopy = "working_copy";

    private const int BufferBytes = 128 << 10;
    private const int MostRemembered = 50_000;

    /// <summary>An object is told of in the audit log once in this time, however often it is asked for.</summary>
    private static readonly TimeSpan ToldFor = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, (long SizeBytes, DateTimeOffset LastModified)> _verified = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _told = new(StringComparer.Ordinal);

    /// <summary>Judges bytes that are in memory; null where they are what is known.</summary>
    public static Damage? Judge(ReadOnlySpan<byte> bytes, ExpectedBytes expected)
    {
        if (expected.SizeBytes is { } size && bytes.Length != size)
            return Damage.Length;
        if (expected.ContentHash is null)
            return expected.Format is { } format && ImageSniffer.Sniff(bytes) != format ? Damage.Content : null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash) == expected.ContentHash ? null : Damage.Content;
    }

    /// <summary>
    /// Judges an opened object that will be streamed: its length always, its bytes by reading it to its end, once for as long as the store shows the same
    /// length and time for it. The stream is used up.
    /// </summary>
    public async Task<Damage?> JudgeAsync(string key, StoredObject stored, ExpectedBytes expected, CancellationToken ct)
    {
        if (expected.SizeBytes is { } size && stored.Info.SizeBytes != size)
            return Damage.Length;
        var seen = (stored.Info.SizeBytes, stored.Info.LastModified);
        if (_verified.TryGetValue(key, out var known) && known == seen)
            return null;
        if ((expected.ContentHash is null ? await JudgeHeadAsync(stored, expected, ct) : await JudgeWholeAsync(stored, expected.ContentHash, ct)) is { } damage)
            return damage;
        if (expected.ContentHash is null)
            return null;
        if (_verified.Count >= MostRemembered)
            _verified.Clear();
        _verified[key] = seen;
        return null;
    }

    /// <summary>Judges an opened object by reading it to its end, whatever was seen of it before. The stream is used up.</summary>
    public static async Task<Damage?> ReadAgainAsync(StoredObject stored, long sizeBytes, string contentHash, CancellationToken ct) =>
        stored.Info.SizeBytes != sizeBytes ? Damage.Length : await JudgeWholeAsync(stored, contentHash, ct);

    /// <summary>Tells of something that is made anew.</summary>
    /// <param name="kind"><see cref="Variant"/> or <see cref="Intermediate"/>.</param>
    /// <param name="key">Object key.</param>
    /// <param name="damage">What is wrong with it.</param>
    public void TellRemade(string kind, string key, Damage damage)
    {
        metrics.IntegrityFailed(kind);
        Log.Remade(logger, kind, key, damage);
    }

    /// <summary>Tells of an original, or of the raster that stands for one: it cannot be served until somebody brings it back.</summary>
    /// <param name="organizationId">Whose.</param>
    /// <param name="asset">Which asset.</param>
    /// <param name="version">Which version.</param>
    /// <param name="kind"><see cref="Original"/> or <see cref="WorkingCopy"/>.</param>
    /// <param name="key">Object key.</param>
    /// <param name="damage">What is wrong with it.</param>
    /// <param name="ct">Cancels.</param>
    public async Task TellOriginalAsync(Guid organizationId, AssetId asset, int version, string kind, string key, Damage damage, CancellationToken ct)
    {
        metrics.IntegrityFailed(kind);
        Log.OriginalDamaged(logger, kind, key, damage);
        var now = time.GetUtcNow();
        if (_told.TryGetValue(key, out var at) && now - at < ToldFor)
            return;
        if (_told.Count >= MostRemembered)
            _told.Clear();
        _told[key] = now;
        await AuditAsync(organizationId, asset, "asset.damaged", key, new { version, kind, key, damage = SnakeCase.Write(damage) }, ct);
    }

    /// <summary>Tells that an original was damaged and is what was uploaded again.</summary>
    /// <param name="organizationId">Whose.</param>
    /// <param name="asset">Which asset.</param>
    /// <param name="version">Which version.</param>
    /// <param name="key">Object key.</param>
    /// <param name="from">The state of the object, as its store names it, that was brought back.</param>
    /// <param name="ct">Cancels.</param>
    public Task TellHealedAsync(Guid organizationId, AssetId asset, int version, string key, string from, CancellationToken ct)
    {
        Log.OriginalHealed(logger, key, from);
        _told.TryRemove(key, out _);
        return AuditAsync(organizationId, asset, "asset.healed", key, new { version, kind = Original, key, from }, ct);
    }

    private async Task AuditAsync(Guid organizationId, AssetId asset, string action, string key, object after, CancellationToken ct)
    {
        try
        {
            actor.Become(Actor.System);
            await using var db = registry.ForOrganization(organizationId);
            audit.Add(db, organizationId, action, "asset", asset.ToString(), after: after);
            await db.SaveChangesAsync(ct);
        }
        catch (Exception failure) when (RegistryFailure.IsUnavailable(failure))
        {
            // The next request that meets it tells.
            _told.TryRemove(key, out _);
            Log.DamageNotAudited(logger, failure, key);
        }
    }

    private static async Task<Damage?> JudgeWholeAsync(StoredObject stored, string contentHash, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await stored.Content.ReadAsync(buffer, ct)) > 0)
                hash.AppendData(buffer, 0, read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash()) == contentHash ? null : Damage.Content;
    }

    /// <summary>While nobody knows the hash: at least a picture of the kind that is told to the caller.</summary>
    private static async Task<Damage?> JudgeHeadAsync(StoredObject stored, ExpectedBytes expected, CancellationToken ct)
    {
        var head = new byte[ImageSniffer.HeadBytes];
        var read = await stored.Content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct);
        return Judge(head.AsSpan(0, read), expected with { SizeBytes = null });
    }
}

/// <summary>What the registry knows of an object.</summary>
/// <param name="SizeBytes">Its length; null where the registry does not say.</param>
/// <param name="ContentHash">SHA-256, 64 lower-case hex digits; null where the registry does not say.</param>
/// <param name="Format">What it must look like where its hash is not known; null for anything.</param>
public readonly record struct ExpectedBytes(long? SizeBytes, string? ContentHash, OriginalFormat? Format = null);

/// <summary>How an object differs from what is known of it.</summary>
public enum Damage
{
    /// <summary>It is not there, or something that is no object is in its place.</summary>
    Missing,

    /// <summary>It is longer or shorter.</summary>
    Length,

    /// <summary>Its bytes are others.</summary>
    Content,
}
