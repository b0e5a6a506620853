using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using ImageService.Api.Gateway;
using ImageService.Api.RateLimiting;
using ImageService.Core.Caching;
using ImageService.Core.Errors;
using ImageService.Core.Operations;
using ImageService.Core.Tenancy;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Failover;

/// <summary>Two replicas of the Api on a real Redis Cluster of six processes: all that is kept in Redis lies on three masters, one of which dies.</summary>
[Trait("Level", "Integration")]
public sealed class RedisClusterTests(PostgresServer postgres, RedisClusterTests.ClusteredApis apis, ITestOutputHelper output)
    : IClassFixture<RedisClusterTests.ClusteredApis>
{
    private readonly CachedVariant _variant = new(new byte[500], ImageFormat.Jpg, 10, 10);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Variants_lie_on_every_master_are_seen_by_every_replica_and_forgotten_together()
    {
        await apis.StartAsync(postgres);
        var (one, two) = (apis.One.Services.GetRequiredService<RedisVariantCache>(), apis.Two.Services.GetRequiredService<RedisVariantCache>());
        var keys = Enumerable.Range(0, 50).Select(static _ => new VariantKey(Guid.CreateVersion7(), 1, 1, new string('a', 64))).ToList();

        foreach (var key in keys)
            await one.PutAsync(key, _variant, Ct);
        foreach (var key in keys)
            (await two.GetAsync(key, Ct)).ShouldNotBeNull();
        var masters = new HashSet<int>();
        foreach (var key in keys)
            masters.Add(await apis.Cluster.MasterOfAsync(ClusteredApis.NameOf(key)));
        masters.Count.ShouldBe(3, "every master holds some");

        (await two.RemoveAsync([.. keys.Select(static key => (key.AssetId, key.Generation))], Ct)).ShouldBeTrue("Redis took all of it");
        foreach (var key in keys)
            (await one.GetAsync(key, Ct)).ShouldBeNull();
        output.WriteLine(apis.Cluster.Version);
    }

    [Fact]
    public async Task Locks_are_kept_by_redis_and_exclude_each_other()
    {
        await apis.StartAsync(postgres);
        var (one, two) = (apis.One.Services.GetRequiredService<DistributedLock>(), apis.Two.Services.GetRequiredService<DistributedLock>());
        for (var round = 0; round < 8; round++)
        {
            var name = Guid.CreateVersion7().ToString();
            var held = await one.AcquireAsync(name, Ct);
            held.Keeper.ShouldBe(LockKeeper.Redis);
            var second = two.AcquireAsync(name, Ct);
            (await Task.WhenAny(second, Task.Delay(50, Ct))).ShouldNotBe(second, "it waits for the first");
            await held.DisposeAsync();
            await using var next = await second;
            next.Keeper.ShouldBe(LockKeeper.Redis);
        }
    }

    [Fact]
    public async Task A_rate_limit_is_one_for_all_replicas_whichever_master_counts_it()
    {
        await apis.StartAsync(postgres);
        var (one, two) = (apis.One.Services.GetRequiredService<RateLimiter>(), apis.Two.Services.GetRequiredService<RateLimiter>());
        for (var owner = 0; owner < 6; owner++)
        {
            var key = new RateKey(Guid.CreateVersion7(), RateKind.Management);
            var allowed = 0;
            for (var request = 0; request < 30; request++)
                allowed += (await (request % 2 == 0 ? one : two).TakeAsync(key, limit: 20, TimeSpan.FromMinutes(1), Ct)).IsAllowed ? 1 : 0;
            allowed.ShouldBe(20);
        }
    }

    [Fact]
    public async Task Signature_reports_whose_list_and_count_lie_on_different_masters_are_read_by_every_replica()
    {
        await apis.StartAsync(postgres);
        var (one, two) = (apis.One.Services.GetRequiredService<SignatureReports>(), apis.Two.Services.GetRequiredService<SignatureReports>());
        var home = await apis.One.NewSpaceAsync();
        var scope = (await apis.One.Services.GetRequiredService<TenantDirectory>().FindSpaceAsync(home.Organization, "website", "marketing", Ct))!;
        var spaces = Enumerable.Range(0, 6).Select(static _ => Guid.CreateVersion7()).ToList();
        foreach (var space in spaces)
        {
            one.Note(scope with { SpaceId = space }, "/v1/priv/a", kid: null, ErrorCode.InvalidSignature, refused: false);
            await Probe.UntilAsync(async () => await two.ReadAsync(space, Ct) is { Count: 1, Items.Count: 1 }, "the report is there");
        }
    }

    [Fact]
    public async Task When_a_master_is_killed_under_load_every_image_is_200_and_its_replica_is_used_within_seconds()
    {
        await apis.StartAsync(postgres);
        var space = await apis.One.NewSpaceAsync();
        List<StackAsset> assets = [];
        for (var number = 0; number < 12; number++)
            assets.Add(await space.AddAsync(width: 60, height: 40));
        foreach (var path in assets.Select(static asset => asset.Public("w_20.jpg")))
            (await apis.One.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var probe = new VariantKey(Guid.CreateVersion7(), 1, 1, new string('b', 64));
        var victim = await apis.Cluster.MasterOfAsync(ClusteredApis.NameOf(probe));
        var cache = apis.Two.Services.GetRequiredService<RedisVariantCache>();

        using var enough = new CancellationTokenSource();
        var answers = new ConcurrentBag<(HttpStatusCode Status, double Milliseconds)>();
        var cached = LoadAsync(apis.Two, assets, static _ => "w_20.jpg", answers, enough.Token);
        var made = LoadAsync(apis.One, assets, static round => $"w_{21 + (round % 30)}.jpg", answers, enough.Token);
        await Probe.UntilAsync(() => answers.Count > 50, "there is load");

        var killed = Stopwatch.StartNew();
        await apis.Cluster.KillAsync(victim);
        await Probe.UntilAsync(async () => (await apis.Cluster.MastersAsync()) is { Count: 3 } masters && !masters.Contains(victim),
            "the replica has taken over", TimeSpan.FromSeconds(30));
        var promoted = killed.Elapsed;
        await Probe.UntilAsync(() => RoundTripsAsync(cache, probe), "the new master is used", TimeSpan.FromSeconds(30));
        var used = killed.Elapsed;
        await enough.CancelAsync();
        await Task.WhenAll(cached, made);
        await apis.Cluster.RestartAsync(victim);
        foreach (var stack in (GatewayStack[])[apis.Two, apis.One])
        {
            await Probe.UntilAsync(() => RoundTripsAsync(stack.Services.GetRequiredService<RedisVariantCache>(), probe),
                "every replica still uses it after the killed node came back", TimeSpan.FromSeconds(30));
        }

        output.WriteLine($"{apis.Cluster.Version}: a master killed; its replica took over after {promoted.TotalSeconds:0.0} s, was used after " +
            $"{used.TotalSeconds:0.0} s; {answers.Count} images meanwhile, the slowest {answers.Max(static answer => answer.Milliseconds):0} ms.");
        answers.ShouldAllBe(static answer => answer.Status == HttpStatusCode.OK);
    }

    private async Task<bool> RoundTripsAsync(RedisVariantCache cache, VariantKey key)
    {
        await cache.PutAsync(key, _variant, Ct);
        return await cache.GetAsync(key, Ct) is not null;
    }

    private static async Task LoadAsync(GatewayStack stack, List<StackAsset> assets, Func<int, string> file,
        ConcurrentBag<(HttpStatusCode Status, double Milliseconds)> answers, CancellationToken enough)
    {
        for (var round = 0; !enough.IsCancellationRequested; round++)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await stack.GetAsync(assets[round % assets.Count].Public(file(round / assets.Count)));
            answers.Add((answer.StatusCode, Stopwatch.GetElapsedTime(started).TotalMilliseconds));
            await Task.Delay(5, Ct); // a visitor, not a benchmark: the machine has other tests to run
        }
    }

    /// <summary>The cluster and two replicas on it, started by the first test that asks.</summary>
    public sealed class ClusteredApis : IAsyncDisposable
    {
        private static readonly Dictionary<string, string?> Impatient = new()
        {
            ["Caching:RedisPause"] = "00:00:00.500", ["Caching:RedisTimeout"] = "00:00:01",
            ["Aspire:StackExchange:Redis:ConfigurationOptions:ConnectTimeout"] = "1000",
        };

        private StackServers _servers = null!;

        internal RedisCluster Cluster { get; private set; } = null!;

        internal GatewayStack One { get; private set; } = null!;

        internal GatewayStack Two { get; private set; } = null!;

        internal static string NameOf(VariantKey key) => $"variants:{key.AssetId:n}:{key.Generation}";

        internal async Task StartAsync(PostgresServer postgres)
        {
            if (Two is not null)
                return;
            Cluster = await RedisCluster.StartAsync(Ct);
            _servers = await StackServers.CreateAsync(postgres, Cluster.ConnectionString, Ct);
            One = await GatewayStack.StartAsync(_servers, Impatient);
            Two = await GatewayStack.StartAsync(_servers, Impatient);
        }

        public async ValueTask DisposeAsync()
        {
            if (One is not null)
                await One.DisposeAsync();
            if (Two is not null)
                await Two.DisposeAsync();
            if (Cluster is not null)
                await Cluster.DisposeAsync();
            if (_servers is not null)
                Directory.Delete(_servers.Folder, recursive: true);
        }
    }
}
