using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ImageService.AppHost.Publishing;
using ImageService.AppHost.Servers;
using ImageService.Tests.Api.Gateway;
using ImageService.Tests.Support;
using ImageService.Tests.Support.Servers;
using ImageService.Worker;
using k8s;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Logging;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Worker;

/// <summary>Every query of the dashboards and every alert, asked of a real Prometheus that scrapes a running Api and Worker.</summary>
[Trait("Level", "Integration")]
[Collection(JobTables.Collection)]
public sealed class DashboardQueryTests(PostgresServer postgres, RedisServer redis, ITestOutputHelper output)
{
    /// <summary>Panels that show nothing until something happens, each with what.</summary>
    private static readonly Dictionary<string, string> ShowNothingYet = new(StringComparer.Ordinal)
    {
        ["Refused: 429 and 503"] = "nobody was refused",
        ["Purges of CDNs"] = "no CDN is configured",
        ["Signatures that enforcing would refuse"] = "no space reports signatures",
        ["Share of the storage quota"] = "no organization has a quota",
        ["Bytes stored by organization"] = "organizations are measured by the minute",
        ["Bytes stored"] = "organizations are measured by the minute",
    };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_panel_has_its_series_and_every_alert_is_understood()
    {
        var program = Executables.Find("prometheus");
        Assert.SkipWhen(program is null, "prometheus is not installed, and no dashboard was asked (Debian: apt-get install prometheus).");
        var servers = await StackServers.CreateAsync(postgres, redis, Ct);
        await using var api = await GatewayStack.StartAsync(servers);
        await using var worker = new WorkerOnSocket(servers);
        worker.UseKestrel(0);
        worker.StartServer();
        using var folder = new PrivateFolder("prometheus");
        using var spawner = new ProcessSpawner();
        var port = FreePort.Next();
        await using var prometheus = await StartAsync(
            spawner, program!, folder.Next(), port, ("api", api.Url.Authority), ("worker", worker.ClientOptions.BaseAddress.Authority));
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await Probe.UntilAsync(async () => (await SeriesAsync(client, "count_over_time(up[1m]) >= 1 and up == 1")).Count == 2, "both are scraped",
            TimeSpan.FromSeconds(60));

        var asset = await (await api.NewSpaceAsync()).AddAsync(width: 60, height: 40);
        foreach (var file in (string[])["w_20.jpg", "w_20.jpg", "w_21.webp"])
            (await api.GetAsync(asset.Public(file))).StatusCode.ShouldBe(HttpStatusCode.OK);
        await Probe.UntilAsync(
            async () =>
            {
                (await api.GetAsync(asset.Public("w_20.jpg"))).StatusCode.ShouldBe(HttpStatusCode.OK);
                return (await SeriesAsync(client, "sum(rate(http_requests_total{route=~\"/v1/(pub|priv)/.*\"}[1m])) > 0")).Count == 1;
            },
            "the traffic is seen", TimeSpan.FromSeconds(30));

        List<string> empty = [];
        var asked = 0;
        foreach (var (title, query) in Panels())
        {
            asked++;
            if ((await SeriesAsync(client, query)).Count == 0 && !ShowNothingYet.ContainsKey(title))
                empty.Add($"{title}: {query}");
        }

        foreach (var query in Alerts())
        {
            asked++;
            await SeriesAsync(client, query);
        }

        output.WriteLine($"{asked} queries asked of {(await AskAsync(client, "/api/v1/status/buildinfo"))["data"]!["version"]}.");
        empty.ShouldBeEmpty("panels without a series");
        Directory.Delete(servers.Folder, recursive: true);
    }

    private static IEnumerable<(string Title, string Query)> Panels() =>
        from board in KubernetesMonitoring.Dashboards().Values
        from panel in JsonNode.Parse(board)!["panels"]!.AsArray()
        from target in panel!["targets"]!.AsArray()
        select (panel["title"]!.GetValue<string>(), target!["expr"]!.GetValue<string>());

    private static IEnumerable<string> Alerts() =>
        KubernetesYaml.Deserialize<PrometheusRules>(File.ReadAllText(Repository.PathOf("deploy", "monitoring", "alerts.yml")), strict: true)
            .Groups.SelectMany(static group => group.Rules).Select(static rule => rule.Expr);

    /// <summary>What a query finds; one that Prometheus does not understand fails the test with its words.</summary>
    private static async Task<JsonArray> SeriesAsync(HttpClient client, string query) =>
        (await AskAsync(client, $"/api/v1/query?query={Uri.EscapeDataString(query)}"))["data"]!["result"]!.AsArray();

    private static async Task<JsonNode> AskAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, $"{Uri.UnescapeDataString(path)}: {text}");
        return JsonNode.Parse(text)!;
    }

    private static async Task<ChildProcess> StartAsync(
        ProcessSpawner spawner, string program, string folder, int port, params (string Job, string Address)[] targets)
    {
        Directory.CreateDirectory(folder);
        var jobs = targets.Select(static target => $"  - job_name: {target.Job}\n    static_configs: [{{targets: ['{target.Address}']}}]");
        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"),
            $"global:\n  scrape_interval: 1s\nscrape_configs:\n{string.Join('\n', jobs)}\n", Ct);
        string[] arguments =
        [
            $"--config.file={folder}/prometheus.yml", $"--storage.tsdb.path={folder}/data",
            string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"),
        ];
        var prometheus = await spawner.StartAsync(new ProcessCommand(program, arguments, folder), static _ => { });
        using var client = new HttpClient();
        await Probe.UntilAsync(async () =>
        {
            try
            {
                return (await client.GetAsync(new Uri($"http://127.0.0.1:{port}/-/ready"), Ct)).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false; // It does not listen yet.
            }
        }, "Prometheus is ready", TimeSpan.FromSeconds(60));
        return prometheus;
    }

    /// <summary>The Worker as it runs, on a socket.</summary>
    private sealed class WorkerOnSocket(StackServers servers) : WebApplicationFactory<AssemblyMarker>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Development");
            builder.UseSetting("ConnectionStrings:registry", servers.Registry);
            builder.UseSetting("ConnectionStrings:cache", servers.Redis);
            builder.UseSetting("Storage:Root", servers.Folder);
            builder.ConfigureLogging(static logging => logging.ClearProviders());
        }
    }
}
