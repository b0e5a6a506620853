using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using ImageService.Core.Registry;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Api.Uploads;
using ImageService.Tests.Support;
using ImageService.Tests.Support.Servers;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Failover;

/// <summary>
/// Three processes of the Api behind nginx, under hits, first transforms, uploads and management calls. One after the other gets SIGTERM and is started again;
/// nginx is told of who is ready, as an ingress controller does.
/// </summary>
[Trait("Level", "Integration")]
public sealed class ReplacedProcessesTests(PostgresServer postgres, RedisServer redis, ITestOutputHelper output) : IAsyncLifetime
{
    private const int Replicas = 3;

    // What nginx and the watch below need to notice, on a machine that does much else.
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Watching = TimeSpan.FromMilliseconds(100);

    private readonly PrivateFolder _folder = new("replaced");
    private readonly List<ApiProcess> _replicas = [];
    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentDictionary<string, int> _sent = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentQueue<string> _uploaded = [];
    private NginxBalancer? _nginx;
    private ApiClient _client = null!;
    private HttpClient _http = null!;
    private string _organization = "";
    private volatile Uri[] _served = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(NginxBalancer.Missing is not null, NginxBalancer.Missing ?? "");
        var registry = await postgres.CreateDatabaseAsync("migrated", async owner => await RegistryMigrator.MigrateAsync(owner, CancellationToken.None), Ct);
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["ConnectionStrings__registry"] = registry,
            ["ConnectionStrings__cache"] = await redis.GetConnectionStringAsync(Ct),
            ["Storage__Root"] = _folder.Next(),
            ["Signing__MasterKey"] = Convert.ToBase64String(SHA256.HashData("replaced"u8)),
            ["Access__PlatformKey"] = ApiFactory.PlatformKey,
            ["Shutdown__Drain"] = $"{Drain:c}",

            // Who waits for a processor that others have is not refused: this is about restarts.
            ["Engine__MaxExpectedWait"] = "00:00:30",
            ["Caching__Facts__Patience"] = "00:00:30",
        };
        var work = _folder.Next();
        Directory.CreateDirectory(work);
        _replicas.AddRange(Enumerable.Range(0, Replicas)
            .Select(_ => new ApiProcess(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}")), settings, work)));
        await Task.WhenAll(_replicas.Select(static replica => replica.StartAsync()));
        foreach (var replica in _replicas)
            await Probe.UntilAsync(replica.IsReadyAsync, "it is ready", TimeSpan.FromSeconds(60));
        _served = [.. _replicas.Select(static replica => replica.Url)];
        _nginx = await NginxBalancer.StartAsync(_served);

        // A connection for each request: those that clients keep are closed whenever nginx reads its configuration anew.
        _http = new HttpClient { BaseAddress = OfOurs(_nginx.Url) };
        _http.DefaultRequestHeaders.ConnectionClose = true;
        _organization = $"t{Guid.CreateVersion7():n}";
        var created = await new ApiClient(_http) { Key = ApiFactory.PlatformKey }
            .PostAsync("/v1/organizations", new { slug = _organization, name = "Test" }).OkAsync(201);
        _client = new ApiClient(_http) { Key = created.Text("apiKey") };
        await _client.PostAsync($"/v1/organizations/{_organization}/tenants", new { slug = "site", name = "Site" }).OkAsync(201);
        await _client.PostAsync($"/v1/organizations/{_organization}/tenants/site/spaces", new { slug = "open", name = "Open", defaultAccess = "public" })
            .OkAsync(201);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas)
            await replica.DisposeAsync();
        if (_nginx is not null)
            await _nginx.DisposeAsync();
        _http?.Dispose();
        _enough.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task No_request_fails_while_every_process_is_told_to_stop_and_started_again()
    {
        var image = ImageOf((await _client.UploadAsync(Pictures.Jpeg(60, 40, 70_000))).Text("id"));
        var wide = ImageOf((await _client.UploadAsync(Pictures.Jpeg(800, 600, 70_001))).Text("id"));
        List<Task> working =
        [
            WatchAsync(),
            RepeatAsync("hits", 10, _ => _client.GetAsync(image("w_20.jpg"))),
            RepeatAsync("hits", 10, _ => _client.GetAsync(image("w_24.jpg"))),
            RepeatAsync("first transforms", 50, number => _client.GetAsync(wide($"w_{1 + (number % 400)}-q_{40 + (number / 400)}.jpg"))),
            RepeatAsync("uploads", 100, UploadAsync),
            RepeatAsync("management", 30, number => number % 3 == 0
                ? _client.PostAsync($"/v1/organizations/{_organization}/tenants", new { slug = $"t{number}", name = "T" })
                : _client.GetAsync("/v1/assets?tenant=site&space=open&limit=5")),
        ];
        await Probe.UntilAsync(
            () => _sent.Count == 4 && _sent.Values.All(static sent => sent >= 5), "all kinds of requests are sent", TimeSpan.FromSeconds(60));

        foreach (var replica in _replicas)
        {
            using var kept = new HttpClient { BaseAddress = OfOurs(replica.Url) };
            (await AsksToCloseAsync(kept, image("w_20.jpg"))).ShouldBe([false, false], "a hit and a management call of a replica that stays");
            var ended = replica.TerminateAsync();
            await Probe.UntilAsync(async () => !await replica.IsReadyAsync(), "it says that it is not ready");
            (await AsksToCloseAsync(kept, image("w_20.jpg"))).ShouldBe([true, true], "a hit and a management call of a replica that goes");
            (await ended).ShouldBe(0);
            await replica.StartAsync();
            await Probe.UntilAsync(() => _served.Contains(replica.Url), "nginx sends requests to it again", TimeSpan.FromSeconds(60));
        }

        await _enough.CancelAsync();
        await Task.WhenAll(working);
        output.WriteLine($"{Replicas} processes replaced one after the other: {_failures.Count} of {_sent.Values.Sum()} requests failed ("
            + $"{string.Join(", ", _sent.Select(static kind => $"{kind.Value} {kind.Key}"))}).");
        _failures.ShouldBeEmpty();
        foreach (var id in _uploaded)
            await _client.GetAsync($"/v1/assets/{id}").OkAsync();
    }

    /// <summary>By a name that is no customer's.</summary>
    private static Uri OfOurs(Uri url) => new UriBuilder(url) { Host = "localhost" }.Uri;

    private Func<string, string> ImageOf(string id) => file => $"/v1/pub/{_organization}/site/open/img/{id}/v1/{file}";

    private async Task<HttpResponseMessage> UploadAsync(int number)
    {
        var answer = await _client.PostAsync("/v1/assets", Sending.Form(Pictures.Jpeg(60, 40, 71_000 + number), "open"));
        if (answer.StatusCode == HttpStatusCode.Created)
            _uploaded.Enqueue((await Task.FromResult(answer).OkAsync(201)).Text("id"));
        return answer;
    }

    /// <summary>Whether a hit and a management call, one after the other on a connection that is kept, each ask to close it.</summary>
    private async Task<bool[]> AsksToCloseAsync(HttpClient kept, string hit)
    {
        using var image = await kept.GetAsync(new Uri(hit, UriKind.Relative), Ct);
        image.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var call = await new ApiClient(kept) { Key = _client.Key }.GetAsync("/v1/assets?limit=1");
        call.StatusCode.ShouldBe(HttpStatusCode.OK);
        return [image.Headers.ConnectionClose == true, call.Headers.ConnectionClose == true];
    }

    private async Task RepeatAsync(string kind, int pauseMs, Func<int, Task<HttpResponseMessage>> send)
    {
        for (var number = 0; !_enough.IsCancellationRequested; number++)
        {
            try
            {
                using var answer = await send(number);
                if (!answer.IsSuccessStatusCode)
                    _failures.Enqueue($"{kind}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Ct)}");
            }
            catch (HttpRequestException exception)
            {
                _failures.Enqueue($"{kind}: {exception.Message}");
            }

            _sent.AddOrUpdate(kind, 1, static (_, sent) => sent + 1);
            await Task.Delay(pauseMs, Ct); // a visitor, not a benchmark
        }
    }

    /// <summary>Tells nginx of who is ready, whenever that changes.</summary>
    private async Task WatchAsync()
    {
        while (!_enough.IsCancellationRequested)
        {
            var ready = await Task.WhenAll(_replicas.Select(static async replica => (replica.Url, IsReady: await replica.IsReadyAsync())));
            Uri[] serving = [.. ready.Where(static replica => replica.IsReady).Select(static replica => replica.Url)];
            if (serving.Length > 0 && !serving.SequenceEqual(_served))
            {
                await _nginx!.SendToAsync(serving);
                _served = serving;
            }

            await Task.Delay(Watching, Ct);
        }
    }
}
