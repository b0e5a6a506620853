using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using ImageService.Core.Registry;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Failover;

/// <summary>The Api on a primary with a standby, both named in its connection string, under load: the primary is killed and the standby promoted.</summary>
[Trait("Level", "Integration")]
public sealed class PostgresFailoverTests(RedisServer redis, ITestOutputHelper output) : IAsyncLifetime
{
    private readonly ConcurrentBag<HttpStatusCode> _images = [];
    private readonly ConcurrentQueue<(string Slug, HttpStatusCode Status, TimeSpan At)> _writes = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private PostgresPair _pair = null!;
    private StackServers _servers = null!;
    private GatewayStack _api = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string NewPrimary => new NpgsqlConnectionStringBuilder(_pair.Standby) { Database = "registry" }.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        _pair = await PostgresPair.StartAsync(Ct);
        await RegistryMigrator.MigrateAsync(_pair.ConnectionString, Ct);
        _servers = new StackServers(_pair.ConnectionString, await redis.GetConnectionStringAsync(Ct), StackServers.NewFolder());
        _api = await GatewayStack.StartAsync(_servers, new() { ["Access:PlatformKey"] = ApiFactory.PlatformKey });
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        await _pair.DisposeAsync();
        Directory.Delete(_servers.Folder, recursive: true);
    }

    [Fact]
    public async Task After_a_fail_over_nothing_acknowledged_is_lost_and_writes_and_notices_come_back_by_themselves()
    {
        var asset = await (await _api.NewSpaceAsync()).AddAsync(width: 60, height: 40);
        (await _api.GetAsync(asset.Public("w_20.jpg"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        var organization = $"t{Guid.CreateVersion7():n}";
        var created = await new ApiClient(_api.Http) { Key = ApiFactory.PlatformKey }
            .PostAsync("/v1/organizations", new { slug = organization, name = "Test" }).OkAsync(201);
        var owner = new ApiClient(_api.Http) { Key = created.Text("apiKey") };

        using var enough = new CancellationTokenSource();
        var reads = ReadAsync(asset.Public("w_20.jpg"), enough.Token);
        var writes = WriteAsync(owner, organization, enough.Token);
        await Probe.UntilAsync(() => _writes.Count(static write => write.Status == HttpStatusCode.Created) >= 10, "writes are acknowledged");

        var killed = _clock.Elapsed;
        await _pair.KillPrimaryAsync();
        await Probe.UntilAsync(() => _writes.Any(write => write.At > killed && write.Status != HttpStatusCode.Created), "a write was refused",
            TimeSpan.FromSeconds(30));
        var promoting = _clock.Elapsed;
        await _pair.PromoteAsync(Ct);
        var promoted = _clock.Elapsed;
        await Probe.UntilAsync(() => _writes.Count(write => write.At > promoted && write.Status == HttpStatusCode.Created) >= 5,
            "writes are acknowledged by the new primary", TimeSpan.FromSeconds(60));
        await HearsAsync();
        await Probe.UntilAsync(async () => (await _api.GetAsync("/health/ready")).IsSuccessStatusCode, "ready again", TimeSpan.FromSeconds(30));
        await enough.CancelAsync();
        await Task.WhenAll(reads, writes);

        var again = _writes.First(write => write.At > promoting && write.Status == HttpStatusCode.Created).At;
        var refused = _writes.Count(static write => write.Status != HttpStatusCode.Created);
        output.WriteLine($"{_pair.Version}: no write for {Seconds(again - killed)} after the kill, {Seconds(again - promoted)} of them after the promotion, "
            + $"which took {Seconds(promoted - promoting)}; {refused} refused, {_images.Count} images served.");
        _images.ShouldAllBe(static status => status == HttpStatusCode.OK);
        _writes.Where(static write => write.Status != HttpStatusCode.Created).ShouldAllBe(static write => write.Status == HttpStatusCode.ServiceUnavailable);
        var stored = (string?)await PostgresPair.AskAsync(NewPrimary,
            $"SELECT string_agg(t.slug, ',') FROM tenants t JOIN organizations o ON o.id = t.organization_id WHERE o.slug = '{organization}'", Ct) ?? "";
        _writes.Where(static write => write.Status == HttpStatusCode.Created).Select(static write => write.Slug).ShouldBeSubsetOf(stored.Split(','));
    }

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");

    private async Task ReadAsync(string path, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            using var answer = await _api.GetAsync(path);
            _images.Add(answer.StatusCode);
            await Task.Delay(10, Ct); // a visitor, not a benchmark
        }
    }

    private async Task WriteAsync(ApiClient owner, string organization, CancellationToken enough)
    {
        for (var number = 0; !enough.IsCancellationRequested; number++)
        {
            var slug = $"t{number}";
            using var answer = await owner.PostAsync($"/v1/organizations/{organization}/tenants", new { slug, name = slug });
            _writes.Enqueue((slug, answer.StatusCode, _clock.Elapsed));
            await Task.Delay(20, Ct);
        }
    }

    /// <summary>The process listens to the new primary.</summary>
    private async Task HearsAsync()
    {
        var heard = new TaskCompletionSource<string>();
        using var subscription = _api.Services.GetRequiredService<Notices>().On("failover_probe", payload => heard.TrySetResult(payload), static () => { });
        await Probe.UntilAsync(async () =>
        {
            await PostgresPair.AskAsync(NewPrimary, "SELECT pg_notify('failover_probe', 'hello')", Ct);
            return heard.Task.IsCompleted;
        }, "a notice of the new primary is heard", TimeSpan.FromSeconds(30));
    }
}
