using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using ImageService.Core.Caching;
using ImageService.Core.Operations;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Failover;

/// <summary>The Api on a Redis with a replica, found by sentinels: its master is killed under load.</summary>
[Trait("Level", "Integration")]
public sealed class RedisSentinelTests(PostgresServer postgres, ITestOutputHelper output) : IAsyncLifetime
{
    private static readonly Dictionary<string, string?> Impatient = new()
    {
        ["Caching:RedisPause"] = "00:00:00.500", ["Caching:RedisTimeout"] = "00:00:01",
        ["Aspire:StackExchange:Redis:ConfigurationOptions:ConnectTimeout"] = "1000",
    };

    private readonly ConcurrentBag<HttpStatusCode> _answers = [];
    private RedisSentinels _redis = null!;
    private StackServers _servers = null!;
    private GatewayStack _api = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisSentinels.StartAsync(Ct);
        _servers = await StackServers.CreateAsync(postgres, _redis.ConnectionString, Ct);
        _api = await GatewayStack.StartAsync(_servers, Impatient);
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null)
            await _api.DisposeAsync();
        if (_redis is not null)
            await _redis.DisposeAsync();
        if (_servers is not null)
            Directory.Delete(_servers.Folder, recursive: true);
    }

    [Fact]
    public async Task When_the_master_is_killed_under_load_every_image_is_200_and_the_new_master_is_used_within_seconds()
    {
        var asset = await (await _api.NewSpaceAsync()).AddAsync(width: 60, height: 40);
        var cache = _api.Services.GetRequiredService<RedisVariantCache>();
        (await RoundTripsAsync(cache)).ShouldBeTrue("Redis is used");
        using var enough = new CancellationTokenSource();
        var load = LoadAsync(asset, enough.Token);
        await Probe.UntilAsync(() => _answers.Count > 20, "there is load");

        var old = await _redis.MasterAsync();
        var killed = Stopwatch.StartNew();
        await _redis.KillAsync(old);
        await Probe.UntilAsync(async () => await _redis.MasterAsync() != old, "the replica is the master", TimeSpan.FromSeconds(60));
        var promoted = killed.Elapsed;
        await Probe.UntilAsync(() => RoundTripsAsync(cache), "the new master is used", TimeSpan.FromSeconds(60));
        var used = killed.Elapsed;
        await enough.CancelAsync();
        await load;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The master killed; the sentinels named another after {promoted.TotalSeconds:0.0} s, "
            + $"it was used after {used.TotalSeconds:0.0} s; {_answers.Count} images meanwhile."));
        _answers.ShouldAllBe(static status => status == HttpStatusCode.OK);
    }

    private static async Task<bool> RoundTripsAsync(RedisVariantCache cache)
    {
        var key = new VariantKey(Guid.CreateVersion7(), 1, 1, new string('b', 64));
        await cache.PutAsync(key, new CachedVariant(new byte[500], ImageFormat.Jpg, 10, 10), Ct);
        return await cache.GetAsync(key, Ct) is not null;
    }

    /// <summary>Images that are cached, and images that are made.</summary>
    private async Task LoadAsync(StackAsset asset, CancellationToken enough)
    {
        for (var round = 0; !enough.IsCancellationRequested; round++)
        {
            using var answer = await _api.GetAsync(asset.Public($"w_{20 + (round % 3 == 0 ? round / 3 % 30 : 0)}.jpg"));
            _answers.Add(answer.StatusCode);
            await Task.Delay(10, Ct); // a visitor, not a benchmark
        }
    }
}
