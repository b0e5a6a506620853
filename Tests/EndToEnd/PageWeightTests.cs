using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text.Json;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ImageService.Tests.EndToEnd;

/// <summary>
/// What each page costs who opens it with an empty cache: how late its largest part is drawn, how much moves afterwards, what is transferred. Printed as the
/// table of docs/portal.md; a Release build is measured by <c>IMAGESERVICE_SUMMARY</c>.
/// </summary>
[Trait("Level", "EndToEnd")]
public sealed class PageWeightTests(RunningStack stack, Chromium chromium, ITestOutputHelper output)
{
    /// <summary>Cumulative layout shift; Google's "good" ends at 0.1.</summary>
    private const double MostShift = 0.05;

    /// <summary>By gzip: a Development build may send them as they are.</summary>
    private const long MostScriptBytes = 120_000;

    private static readonly ViewportSize Desktop = new() { Width = 1440, Height = 900 };

    // Shifts after an entry of the person's own do not count.
    private const string Measure = """
        async () => {
            const entries = type => new Promise(done => {
                new PerformanceObserver(list => done(list.getEntries())).observe({ type, buffered: true });
                setTimeout(() => done([]), 300);
            });
            const [paints, shifts] = [await entries('largest-contentful-paint'), (await entries('layout-shift')).filter(shift => !shift.hadRecentInput)];
            return {
                paint: paints.at(-1)?.startTime ?? 0,
                shift: shifts.reduce((sum, shift) => sum + shift.value, 0),
                moved: shifts.flatMap(shift => shift.sources.map(source => `${shift.value.toFixed(3)} ${source.node?.outerHTML?.slice(0, 120)}`)),
            };
        }
        """;

    [Fact]
    public async Task No_page_moves_after_it_is_drawn_and_none_needs_more_than_120_kB_of_script()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var picture = Pictures.Jpeg(1600, 1200, Random.Shared.Next());
        using var uploaded = await caller.UploadAsync(picture, summary.Tenant, summary.Spaces["public"], "weighed.jpg")
            .ShouldBe(HttpStatusCode.Created);
        var page = await chromium.NewPageAsync(Desktop);
        await page.SignInAsync(summary);
        var traffic = await Traffic.WatchAsync(page);
        List<string> faults = [];
        Dictionary<string, long> scripts = new(StringComparer.Ordinal);
        output.WriteLine("| page | LCP, s | CLS | kB | of it script |\n| --- | --- | --- | --- | --- |");
        foreach (var path in summary.EveryPath().Append($"{summary.Space("public")}/i/{(await uploaded.JsonAsync())["id"].Text()}"))
        {
            await traffic.BeginAsync();
            await page.VisitAsync(summary, path);
            await page.LoadedAsync();
            await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            var measured = (await page.EvaluateAsync<JsonElement?>(Measure))!.Value;
            var (paint, shift) = (measured.GetProperty("paint").GetDouble(), measured.GetProperty("shift").GetDouble());
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {path.Split('?')[0]} | {paint / 1000:0.00} | {shift:0.000} | {traffic.Bytes / 1000:0} | {traffic.ScriptBytes / 1000:0} |"));
            if (shift >= MostShift)
            {
                var moved = measured.GetProperty("moved").EnumerateArray().Select(one => one.GetString());
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{path} moves by {shift:0.000}: {string.Join("; ", moved)}"));
            }

            if (traffic.Scripts.Count(url => url.Contains("/js/portal", StringComparison.Ordinal)) != 1)
                faults.Add($"{path} has the portal's script not once: {string.Join(", ", traffic.Scripts)}");
            foreach (var url in traffic.Scripts.Where(url => !scripts.ContainsKey(url)))
                scripts[url] = await CompressedAsync(page, url);
            if (traffic.Scripts.Sum(url => scripts[url]) is > MostScriptBytes and var much)
                faults.Add($"{path} needs {much} bytes of script");
        }

        faults.ShouldBeEmpty();
        await page.Context.CloseAsync();
    }

    private static async Task<long> CompressedAsync(IPage page, string url)
    {
        var answer = await page.APIRequest.GetAsync(url);
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
            await gzip.WriteAsync(await answer.BodyAsync());
        return compressed.Length;
    }

    /// <summary>Bytes as they came over the line, with headers, compressed; what goes through the circuit is not among them.</summary>
    private sealed class Traffic(ICDPSession browser)
    {
        private readonly Dictionary<string, string> _scripts = new(StringComparer.Ordinal);

        public double Bytes { get; private set; }

        public double ScriptBytes { get; private set; }

        /// <summary>Addresses of scripts.</summary>
        public IReadOnlyList<string> Scripts => [.. _scripts.Values.Distinct(StringComparer.Ordinal)];

        public static async Task<Traffic> WatchAsync(IPage page)
        {
            var traffic = new Traffic(await page.Context.NewCDPSessionAsync(page));
            traffic.Listen("Network.responseReceived", response =>
            {
                if (response.GetProperty("type").GetString() == "Script")
                    traffic._scripts[response.GetProperty("requestId").GetString()!] = response.GetProperty("response").GetProperty("url").GetString()!;
            });
            traffic.Listen("Network.loadingFinished", finished =>
            {
                var bytes = finished.GetProperty("encodedDataLength").GetDouble();
                traffic.Bytes += bytes;
                if (traffic._scripts.ContainsKey(finished.GetProperty("requestId").GetString()!))
                    traffic.ScriptBytes += bytes;
            });
            await traffic.SendAsync("Network.enable");
            return traffic;
        }

        /// <summary>Empties the browser's cache and counts from nothing.</summary>
        public async Task BeginAsync()
        {
            await SendAsync("Network.clearBrowserCache");
            _scripts.Clear();
            (Bytes, ScriptBytes) = (0, 0);
        }

        private Task<JsonElement?> SendAsync(string command) => browser.SendAsync(command);

        private void Listen(string name, Action<JsonElement> hear) => browser.Event(name).OnEvent += (_, told) => hear(told!.Value);
    }
}
