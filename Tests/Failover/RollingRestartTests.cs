using System.Collections.Concurrent;
using System.Net;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Failover;

/// <summary>
/// Two replicas on real sockets behind a client that does what a balancer does: it asks each whether it is ready, every fifth of a second, and sends requests
/// to those that are. Both are replaced under load, one after the other, as by SIGTERM.
/// </summary>
[Trait("Level", "Integration")]
public sealed class RollingRestartTests(PostgresServer postgres, RedisServer redis, ITestOutputHelper output)
{
    private static readonly Dictionary<string, string?> Drain = new() { ["Shutdown:Drain"] = "00:00:01.500" };
    private static readonly TimeSpan Probing = TimeSpan.FromMilliseconds(200);

    private readonly List<GatewayStack> _all = [];
    private volatile GatewayStack[] _ready = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_fails_while_every_replica_is_replaced()
    {
        var servers = await StackServers.CreateAsync(postgres, redis, Ct);
        List<GatewayStack> serving = [await GatewayStack.StartAsync(servers, Drain), await GatewayStack.StartAsync(servers, Drain)];
        _all.AddRange(serving);
        var asset = await (await serving[0].NewSpaceAsync()).AddAsync(width: 60, height: 40);
        using var enough = new CancellationTokenSource();
        var failures = new ConcurrentBag<string>();
        var sent = 0;
        var probing = ProbeAsync(enough.Token);
        await Probe.UntilAsync(() => _ready.Length == 2, "both are ready");
        var visitors = Enumerable.Range(0, 4).Select(async visitor =>
        {
            for (var round = 0; !enough.IsCancellationRequested; round++)
            {
                var replicas = _ready;

                // Now and then a new one, which takes its time.
                var file = round % 10 == 0 ? $"w_{20 + (((visitor * 10) + (round / 10)) % 40)}.jpg" : "w_20.jpg";
                try
                {
                    using var answer = await replicas[round % replicas.Length].GetAsync(asset.Public(file));
                    if (answer.StatusCode != HttpStatusCode.OK)
                        failures.Add($"{answer.StatusCode}");
                }
                catch (HttpRequestException exception)
                {
                    failures.Add(exception.Message);
                }

                Interlocked.Increment(ref sent);
                await Task.Delay(5, Ct); // a visitor, not a benchmark
            }
        }).ToList();

        foreach (var old in serving)
        {
            var fresh = await GatewayStack.StartAsync(servers, Drain);
            lock (_all)
                _all.Add(fresh);
            await Probe.UntilAsync(() => _ready.Contains(fresh), "the new one is ready");
            var stopping = old.Services.GetRequiredService<IHost>().StopAsync(Ct);
            await Probe.UntilAsync(async () => (await old.GetAsync("/health/ready")).StatusCode == HttpStatusCode.ServiceUnavailable,
                "the old one says that it stops while it still answers");
            await Probe.UntilAsync(() => !_ready.Contains(old), "nobody is sent to the old one");
            await stopping;
        }

        await enough.CancelAsync();
        await Task.WhenAll(visitors);
        await probing;
        output.WriteLine($"Two replicas replaced one after the other: {failures.Count} of {sent} requests failed.");
        sent.ShouldBeGreaterThan(200);
        failures.ShouldBeEmpty();
        foreach (var replica in _all)
            await replica.DisposeAsync();
        Directory.Delete(servers.Folder, recursive: true);
    }

    private async Task ProbeAsync(CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            GatewayStack[] all;
            lock (_all)
                all = [.. _all];
            var answers = await Task.WhenAll(all.Select(static async replica => (Replica: replica, IsReady: await IsReadyAsync(replica))));
            _ready = [.. answers.Where(static answer => answer.IsReady).Select(static answer => answer.Replica)];
            await Task.Delay(Probing, Ct);
        }
    }

    private static async Task<bool> IsReadyAsync(GatewayStack replica)
    {
        try
        {
            using var answer = await replica.GetAsync("/health/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // It is gone.
        }
    }
}
