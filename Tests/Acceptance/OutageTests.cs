using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Acceptance;

/// <summary>
/// The table of docs/operations.md on a whole stack of its own: each part hangs or is killed and comes back, one after the other, while a reader asks for a
/// cached image all the time.
/// The queue is PostgreSQL here, so it goes and comes with it.
/// </summary>
public sealed class OutageTests(BreakableStack stack) : AcceptanceTest(stack), IClassFixture<BreakableStack>, IDisposable
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(30);

    private Home _home = null!;
    private JsonObject _asset = null!;
    private int _width = 100;

    public void Dispose() => _home?.Dispose();

    [Fact]
    public async Task Cached_images_are_always_served_the_rest_is_503_meanwhile_and_all_recovers_without_a_restart()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals and /proc are needed.");
        _home = await NewHomeAsync();
        _asset = await _home.UploadAsync(Pictures.Jpeg(400, 300, seed: 901));
        await using var reader = await CachedReader.StartAsync(_home, _home.Public(_asset, "w_40.jpg"));

        await RedisHangsAndDiesAsync();
        await PostgresHangsAndDiesAsync();
        await TheStoreIsTakenAwayAsync();

        await reader.ShouldHaveSeenNothingButTheImageAsync();
        stack.Log.ShouldNotContain("api ended unexpectedly");
        stack.Log.ShouldNotContain("worker ended unexpectedly");
    }

    private async Task RedisHangsAndDiesAsync()
    {
        var redis = await stack.ProcessOfAsync("cache");
        Signal("STOP", redis);
        await ReadyIsAsync("degraded");
        (await NewVariantAsync()).ShouldBe(HttpStatusCode.OK);
        Signal("CONT", redis);
        await ReadyIsAsync("ready");

        Signal("KILL", redis);
        (await NewVariantAsync()).ShouldBe(HttpStatusCode.OK);
        await ReadyIsAsync("ready");
    }

    private async Task PostgresHangsAndDiesAsync()
    {
        var unseen = await _home.UploadAsync(Pictures.Jpeg(400, 300, seed: 902));
        var postgres = await stack.ProcessOfAsync("postgres");
        var all = WithChildren(postgres);
        Signal("STOP", all);
        await UnavailableAsync(_home.Caller.GetAsync(_home.Public(unseen, "w_50.jpg")), "database_unavailable");
        await ReadyIsAsync("unready");
        (await NewVariantAsync()).ShouldBe(HttpStatusCode.OK, "what is known of a public asset stays known");
        Signal("CONT", all);
        await Eventually.HoldsAsync(async () => await StatusAsync(_home.Public(unseen, "w_50.jpg")) == HttpStatusCode.OK, Recovery);
        await ReadyIsAsync("ready");

        Signal("KILL", postgres);
        await Eventually.HoldsAsync(async () => await UploadAsync(903) == HttpStatusCode.Created, Recovery);
        await ReadyIsAsync("ready");
    }

    private async Task TheStoreIsTakenAwayAsync()
    {
        var folder = Path.Combine(stack.Data, "objects");
        Directory.Move(folder, folder + ".away");
        await UnavailableAsync(_home.Caller.GetAsync(_home.Public(_asset, "w_61.jpg")), "storage_unavailable");
        await UnavailableAsync(_home.Caller.UploadAsync(Pictures.Jpeg(80, 60, seed: 904), "site", "open"), "storage_unavailable");
        await ReadyIsAsync("degraded");
        Directory.Exists(folder).ShouldBeFalse("nobody may write where the volume is not");

        Directory.Move(folder + ".away", folder);
        (await NewVariantAsync()).ShouldBe(HttpStatusCode.OK);
        await Eventually.HoldsAsync(async () => await UploadAsync(905) == HttpStatusCode.Created, Recovery);
        await ReadyIsAsync("ready");
    }

    private Task<HttpStatusCode> NewVariantAsync() => StatusAsync(_home.Public(_asset, string.Create(CultureInfo.InvariantCulture, $"w_{_width++}.jpg")));

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var response = await _home.Caller.GetAsync(path);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> UploadAsync(int seed)
    {
        using var response = await _home.Caller.UploadAsync(Pictures.Jpeg(80, 60, seed), "site", "open");
        return response.StatusCode;
    }

    private static async Task UnavailableAsync(Task<HttpResponseMessage> pending, string code)
    {
        var asked = Stopwatch.StartNew();
        var response = await pending;
        asked.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        response.Headers.RetryAfter.ShouldNotBeNull();
        await Task.FromResult(response).ShouldBeProblem(HttpStatusCode.ServiceUnavailable, code);
    }

    private Task ReadyIsAsync(string status) => Eventually.HoldsAsync(
        async () =>
        {
            using var response = await _home.Caller.GetAsync("/health/ready");
            var seen = (await response.JsonAsync())["status"].Text();
            (response.StatusCode == HttpStatusCode.ServiceUnavailable).ShouldBe(seen == "unready");
            return seen == status;
        },
        Recovery);

    private static void Signal(string name, params int[] processes)
    {
        using var kill = Process.Start("kill", [$"-{name}", .. processes.Select(process => process.ToString(CultureInfo.InvariantCulture))]);
        kill.WaitForExit();
    }

    private static int[] WithChildren(int process)
    {
        using var pgrep =
            Process.Start(new ProcessStartInfo("pgrep", ["-P", process.ToString(CultureInfo.InvariantCulture)])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false
            })!;
        var children = pgrep.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        pgrep.WaitForExit();
        return [process, .. children.Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
    }

    /// <summary>Asks for one cached image, over and over, and remembers every answer that was not that image.</summary>
    private sealed class CachedReader : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ending = new();
        private readonly List<string> _wrong = [];
        private Task _reading = Task.CompletedTask;
        private int _answers;

        public static async Task<CachedReader> StartAsync(Home home, string path)
        {
            using var first = await home.Caller.GetAsync(path).ShouldBe(HttpStatusCode.OK);
            var image = await first.Content.ReadAsByteArrayAsync();
            var reader = new CachedReader();
            reader._reading = Task.Run(() => reader.ReadAsync(home, path, image));
            return reader;
        }

        public async Task ShouldHaveSeenNothingButTheImageAsync()
        {
            await _ending.CancelAsync();
            await _reading;
            _wrong.ShouldBeEmpty();
            _answers.ShouldBeGreaterThan(200);
        }

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync();
            await _reading;
            _ending.Dispose();
        }

        private async Task ReadAsync(Home home, string path, byte[] image)
        {
            while (!_ending.IsCancellationRequested)
            {
                var asked = Stopwatch.StartNew();
                using var response = await home.Caller.GetAsync(path);
                var bytes = await response.Content.ReadAsByteArrayAsync();
                if (response.StatusCode != HttpStatusCode.OK || !bytes.SequenceEqual(image) || asked.Elapsed > TimeSpan.FromSeconds(5))
                    _wrong.Add($"{response.StatusCode} after {asked.ElapsedMilliseconds} ms");
                _answers++;
                await Task.Delay(10);
            }
        }
    }
}
