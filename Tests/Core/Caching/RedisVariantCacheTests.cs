using System.Diagnostics;
using ImageService.Core.Caching;
using ImageService.Core.Operations;
using ImageService.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Shouldly;
using StackExchange.Redis;
using Xunit;

namespace ImageService.Tests.Core.Caching;

[Trait("Level", "Integration")]
public sealed class RedisVariantCacheTests(RedisServer server) : IAsyncLifetime
{
    private readonly CachingOptions _options = new() { RedisEntryMaxBytes = 10_000, RedisPause = TimeSpan.FromMilliseconds(200) };
    private readonly VariantKey _key = new(Guid.CreateVersion7(), 1, 7, new string('a', 64));
    private ConnectionMultiplexer? _redis;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _redis = await ConnectAsync(await server.GetConnectionStringAsync(Ct));

    public async ValueTask DisposeAsync() => await _redis!.DisposeAsync();

    [Fact]
    public async Task A_variant_comes_back_as_it_was_put()
    {
        var cache = Cache(_redis!);
        var variant = new CachedVariant(Enumerable.Range(0, 5000).Select(i => (byte)i).ToArray(), ImageFormat.Avif, 640, 480);

        await cache.PutAsync(_key, variant, Ct);
        var found = (await cache.GetAsync(_key, Ct)).ShouldNotBeNull();

        found.Bytes.ToArray().ShouldBe(variant.Bytes.ToArray());
        (found.Format, found.Width, found.Height).ShouldBe((ImageFormat.Avif, 640, 480));
        (await cache.GetAsync(_key with { Generation = 8 }, Ct)).ShouldBeNull();
        (await cache.GetAsync(_key with { Version = 2 }, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Bytes_are_kept_raw_behind_a_header_of_twelve_and_a_hash_of_thirty_two_and_for_an_hour_at_most()
    {
        await Cache(_redis!).PutAsync(_key, new CachedVariant(new byte[1000], ImageFormat.Jpg, 1, 1), Ct);
        await Cache(_redis!).PutAsync(_key with { Version = 2 }, new CachedVariant(new byte[1000], ImageFormat.Jpg, 1, 1), Ct);

        var database = _redis!.GetDatabase();
        RedisKey hash = $"variants:{_key.AssetId:n}:7";
        (await database.HashStringLengthAsync(hash, $"1:{_key.OperationsHash}")).ShouldBe(1044);
        (await database.KeyTimeToLiveAsync(hash)).ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task An_entry_that_is_too_large_is_not_kept()
    {
        await Cache(_redis!).PutAsync(_key, new CachedVariant(new byte[10_001], ImageFormat.Jpg, 1, 1), Ct);

        (await Cache(_redis!).GetAsync(_key, Ct)).ShouldBeNull();
    }

    [Fact]
    public async Task Forgetting_an_asset_forgets_all_its_variants_and_nothing_else()
    {
        var cache = Cache(_redis!);
        var variant = new CachedVariant(new byte[10], ImageFormat.Jpg, 1, 1);
        var other = _key with { AssetId = Guid.CreateVersion7() };
        await cache.PutAsync(_key, variant, Ct);
        await cache.PutAsync(_key with { Version = 2 }, variant, Ct);
        await cache.PutAsync(other, variant, Ct);

        (await cache.RemoveAsync([(_key.AssetId, 7)], Ct)).ShouldBeTrue();

        (await cache.GetAsync(_key, Ct)).ShouldBeNull();
        (await cache.GetAsync(_key with { Version = 2 }, Ct)).ShouldBeNull();
        (await cache.GetAsync(other, Ct)).ShouldNotBeNull();
    }

    [Fact]
    public void A_value_of_another_layout_is_not_read()
    {
        var value = RedisVariantCache.Encode(_key, new CachedVariant(new byte[10], ImageFormat.Gif, 3, 4), SealKey);
        RedisVariantCache.Decode(_key, value, SealKey).ShouldNotBeNull().Format.ShouldBe(ImageFormat.Gif);
        value[0]++;
        RedisVariantCache.Decode(_key, value, SealKey).ShouldBeNull();
        RedisVariantCache.Decode(_key, [2, 99, .. new byte[60]], SealKey).ShouldBeNull();
        RedisVariantCache.Decode(_key, [], SealKey).ShouldBeNull();
    }

    [Fact]
    public void Whatever_is_changed_of_a_value_or_its_place_it_is_not_read()
    {
        var value = RedisVariantCache.Encode(_key, new CachedVariant("picture"u8.ToArray(), ImageFormat.Gif, 3, 4), SealKey);
        for (var at = 0; at < value.Length; at++)
        {
            var flipped = value.ToArray();
            flipped[at] ^= 1;
            RedisVariantCache.Decode(_key, flipped, SealKey).ShouldBeNull($"byte {at}");
        }

        RedisVariantCache.Decode(_key, value[..^1], SealKey).ShouldBeNull();
        RedisVariantCache.Decode(_key, [.. value, 0], SealKey).ShouldBeNull();
        RedisVariantCache.Decode(_key with { Version = 9 }, value, SealKey).ShouldBeNull("another's place");
        RedisVariantCache.Decode(_key, value, new byte[32]).ShouldBeNull("another's key");
    }

    [Fact]
    public async Task While_redis_is_gone_a_look_costs_nothing_and_it_comes_back_by_itself()
    {
        await using var mine = await server.StartPrivateAsync(Ct);
        await using var redis = await ConnectAsync(mine.ConnectionString);
        var cache = Cache(redis);
        var variant = new CachedVariant(new byte[10], ImageFormat.Jpg, 1, 1);
        await cache.PutAsync(_key, variant, Ct);

        await mine.KillAsync();
        await Probe.UntilAsync(async () => await cache.GetAsync(_key, Ct) is null && !cache.IsUsable, "the loss is noticed");
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < 10_000; i++)
            (await cache.GetAsync(_key, Ct)).ShouldBeNull();
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(5));

        await mine.StartAsync();
        await Probe.UntilAsync(
            async () =>
            {
                await cache.PutAsync(_key, variant, Ct);
                return await cache.GetAsync(_key, Ct) is not null;
            },
            "Redis is used again");
    }

    private static byte[] SealKey { get; } = [.. Enumerable.Range(1, 32).Select(static number => (byte)number)];

    private RedisVariantCache Cache(IConnectionMultiplexer redis) =>
        new(new RedisConnection(redis, Options.Create(_options), TimeProvider.System, NullLogger<RedisConnection>.Instance), Options.Create(_options));

    private static async Task<ConnectionMultiplexer> ConnectAsync(string connectionString)
    {
        var settings = ConfigurationOptions.Parse(connectionString);
        settings.AbortOnConnectFail = false;
        settings.ReconnectRetryPolicy = new LinearRetry(200);
        settings.ConnectTimeout = 1000;
        return await ConnectionMultiplexer.ConnectAsync(settings);
    }
}
