using ImageService.Core.Caching;
using ImageService.Core.Operations;
using Microsoft.Extensions.Options;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Core.Caching;

[Trait("Level", "Unit")]
public sealed class MemoryVariantCacheTests
{
    private const int Kilobyte = 1 << 10;

    [Fact]
    public void It_gives_back_the_very_bytes_it_was_given()
    {
        var cache = Make(megabytes: 1);
        var (key, variant) = (Key(1), Variant(Kilobyte));

        cache.Add(key, variant);

        cache.TryGet(key, out var found).ShouldBeTrue();
        found.ShouldBeSameAs(variant);
        cache.TryGet(key with { Generation = 1 }, out _).ShouldBeFalse();
    }

    [Fact]
    public void It_never_holds_more_than_its_capacity()
    {
        var cache = Make(megabytes: 1);
        for (var i = 0; i < 5000; i++)
        {
            cache.Add(Key(i), Variant(Kilobyte * (1 + (i % 20))));
            cache.Bytes.ShouldBeLessThanOrEqualTo(1 << 20);
        }

        cache.Count.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void A_crawl_of_made_up_urls_does_not_drive_out_what_is_asked_for()
    {
        var cache = Make(megabytes: 1);
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 50; i++)
            {
                if (!cache.TryGet(Key(i), out _))
                    cache.Add(Key(i), Variant(10 * Kilobyte));
            }
        }

        for (var i = 0; i < 2000; i++)
            cache.Add(Key(1000 + i), Variant(10 * Kilobyte));

        Enumerable.Range(0, 50).Count(i => cache.TryGet(Key(i), out _)).ShouldBeGreaterThan(40);
    }

    [Fact]
    public void Something_too_large_is_not_kept()
    {
        var cache = Make(megabytes: 1);

        cache.Add(Key(1), Variant(200 * Kilobyte));

        cache.Accepts(200 * Kilobyte).ShouldBeFalse();
        cache.Count.ShouldBe(0);
    }

    [Fact]
    public void What_is_forgotten_gives_its_bytes_back_and_the_rest_stays()
    {
        var cache = Make(megabytes: 1);
        var asset = Guid.CreateVersion7();
        for (var i = 0; i < 10; i++)
        {
            cache.Add(Key(i) with { AssetId = asset }, Variant(Kilobyte));
            cache.Add(Key(i), Variant(Kilobyte));
        }

        var before = cache.Bytes;
        cache.RemoveWhere(key => key.AssetId == asset).ShouldBe(10);

        cache.Count.ShouldBe(10);
        cache.Bytes.ShouldBe(before / 2);
        for (var i = 0; i < 3000; i++)
            cache.Add(Key(10 + i), Variant(10 * Kilobyte));
        cache.Bytes.ShouldBeInRange(1, 1 << 20);
    }

    [Fact]
    public async Task Readers_writers_and_forgetters_may_come_at_once()
    {
        var cache = Make(megabytes: 1);
        var workers = Enumerable.Range(0, 8).Select(worker => Task.Run(
            () =>
            {
                var random = new Random(worker);
                for (var i = 0; i < 20_000; i++)
                {
                    var key = Key(random.Next(300));
                    if (!cache.TryGet(key, out _))
                        cache.Add(key, Variant(random.Next(1, 20 * Kilobyte)));
                    if (i % 1000 == 0)
                        cache.RemoveWhere(candidate => candidate.Version == random.Next(300));
                }
            },
            TestContext.Current.CancellationToken));

        await Task.WhenAll(workers);

        cache.Bytes.ShouldBeInRange(1, 1 << 20);
        cache.RemoveWhere(_ => true);
        cache.Bytes.ShouldBe(0);
        cache.Count.ShouldBe(0);
    }

    private static MemoryVariantCache Make(int megabytes) => new(Options.Create(new CachingOptions { MemoryBytes = (long)megabytes << 20 }));

    private static VariantKey Key(int number) => new(Guid.Empty, number + 1, 0, number.ToString("x64"));

    private static CachedVariant Variant(int bytes) => new(new byte[bytes], ImageFormat.Webp, 1, 1);
}
