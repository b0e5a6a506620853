using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>Uploads while the line is cut and the Api's process is killed. It alone uses the stack meanwhile.</summary>
[Trait("Level", "EndToEnd")]
[Collection(RunsAlone.Name)]
public sealed class LostConnectionJourneyTests(RunningStack stack, Chromium chromium) : IDisposable
{
    private const int CutMs = 20_000;

    private readonly PrivateFolder _folder = new("uploads");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Thirty_files_arrive_over_two_cuts_of_twenty_seconds_and_a_killed_service_and_the_sheet_says_what_became_of_each()
    {
        var summary = await stack.SummaryAsync();
        Assert.SkipUnless(stack.IsStartedHere, "The Api is killed here, and IMAGESERVICE_SUMMARY names a stack that somebody else started.");
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var known = Picture();
        (await caller.UploadAsync(known, summary.Tenant, summary.Spaces["public"], "before.jpg").ShouldBe(HttpStatusCode.Created)).Dispose();
        var files = Files(known);
        var place = Directory.CreateDirectory(_folder.Next()).FullName;
        var where = $"/cut-{Random.Shared.Next(1_000_000_000)}";
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, $"{summary.Space("public")}?folder={Uri.EscapeDataString(where)}");
        await page.Clock.InstallAsync(); // twenty seconds need not be waited for

        // The large file goes in three pieces: the Api dies under the second; under the next two tries the line is cut.
        var (pieces, killed, cut) = (0, new TaskCompletionSource(), new SemaphoreSlim(0));
        await page.RouteAsync("**/v1/uploads/**", async route =>
        {
            if (route.Request.Method == "PATCH" && route.Request.Headers["upload-offset"] != "0")
            {
                switch (Interlocked.Increment(ref pieces))
                {
                    case 1:
                        using (var api = Process.GetProcessById(stack.ProcessOf("api"))) api.Kill();
                        killed.SetResult();
                        break;
                    case 2 or 3:
                        await page.Context.SetOfflineAsync(true);
                        cut.Release();
                        break;
                }
            }

            await route.ContinueAsync();
        });
        await page.GetByTestId("file-input").SetInputFilesAsync(files.Select(file => Write(place, file.Name, file.Bytes)));

        var large = page.Locator("[data-testid=upload][data-state=offline]", new() { HasText = files[0].Name });
        await killed.Task.WaitAsync(TimeSpan.FromSeconds(60), Ct);
        await large.WaitForAsync();
        await Eventually.HoldsAsync(() => IsReadyAsync(caller), TimeSpan.FromSeconds(90));
        await page.Clock.FastForwardAsync(CutMs); // the pauses between tries
        for (var time = 0; time < 2; time++)
        {
            (await cut.WaitAsync(TimeSpan.FromSeconds(60), Ct)).ShouldBeTrue("the large file goes on");
            await large.WaitForAsync();
            await page.Clock.FastForwardAsync(CutMs);
            await page.Context.SetOfflineAsync(false);
        }

        await Expect(page.GetByTestId("tray-title")).ToHaveTextAsync("25 in, 3 there already, 2 refused", new() { Timeout = 120_000 });
        stack.Log.ShouldContain("api ended unexpectedly");
        await SheetIsRightAsync(page);
        await CsvIsRightAsync(page, files);
        await page.Context.CloseAsync();

        // All that is no refused file is there, once and whole.
        using var listed = await caller.GetAsync(
            $"/v1/assets?tenant={summary.Tenant}&space={summary.Spaces["public"]}&folder={Uri.EscapeDataString(where)}&limit=100").ShouldBe(HttpStatusCode.OK);
        (await listed.JsonAsync())["items"]!.AsArray().Select(asset => asset!["contentHash"].Text())
            .ShouldBe(files.Where(file => file.Outcome == "in").Select(file => Hash(file.Bytes)).Distinct(StringComparer.Ordinal), ignoreOrder: true);
    }

    /// <summary>30 files: 24 small and a large one that are new, a copy of two of them and of one that is there, a torn one and one that is a text.</summary>
    private static List<(string Name, byte[] Bytes, string Outcome)> Files(byte[] known)
    {
        List<(string Name, byte[] Bytes, string Outcome)> files = [("large.png", Noise(2650, 2600), "in")];
        files[0].Bytes.Length.ShouldBeGreaterThan(20_000_000);
        files.AddRange(Enumerable.Range(0, 24).Select(number => ($"good-{number:00}.jpg", Picture(), "in")));
        files.Add(("copy.jpg", files[1].Bytes, "in"));
        files.Add(("other-copy.jpg", files[2].Bytes, "in"));
        files.Add(("known.jpg", known, "there already"));
        files.Add(("broken.jpg", files[3].Bytes[..(files[3].Bytes.Length / 2)], "refused"));
        files.Add(("fake.jpg", "I am no image at all."u8.ToArray(), "refused"));
        return files;
    }

    private static async Task SheetIsRightAsync(IPage page)
    {
        await page.GetByTestId("tray-report").ClickAsync();
        var parts = page.GetByTestId("tray-sheet").Locator("section");
        await Expect(parts).ToHaveCountAsync(3);
        var refused = parts.Filter(new() { HasText = "2 refused" }).Locator("li");
        await Expect(refused.Filter(new() { HasText = "broken.jpg" })).ToContainTextAsync("Take it from its source again");
        await Expect(refused.Filter(new() { HasText = "fake.jpg" })).ToContainTextAsync("Save it as JPEG");
        var there = parts.Filter(new() { HasText = "3 there already" }).Locator("li");
        await Expect(there.Filter(new() { HasText = "known.jpg" })).ToHaveTextAsync("known.jpg is stored as before.jpg");
        await Expect(there.Filter(new() { HasText = "copy.jpg" })).ToHaveCountAsync(2);
        await Expect(parts.Filter(new() { HasText = "25 in" }).GetByRole(AriaRole.Link)).ToHaveCountAsync(25);
    }

    private static async Task CsvIsRightAsync(IPage page, List<(string Name, byte[] Bytes, string Outcome)> files)
    {
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("tray-csv").ClickAsync());
        var lines = (await File.ReadAllLinesAsync(await download.PathAsync(), Ct))
            .Select(line => Regex.Matches(line, "\"(?<cell>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1))
                .Select(cell => cell.Groups["cell"].Value).ToArray())
            .ToList();
        lines[0].ShouldBe(["file", "outcome", "stored as", "address", "why", "what helps"]);
        var rows = lines.Skip(1).ToDictionary(cells => cells[0], StringComparer.Ordinal);
        rows.Keys.ShouldBe(files.Select(file => file.Name), ignoreOrder: true);
        rows["known.jpg"][1..3].ShouldBe(["there already", "before.jpg"]);
        foreach (var name in (string[])["broken.jpg", "fake.jpg"])
        {
            rows[name][1].ShouldBe("refused");
            rows[name][4..6].ShouldAllBe(cell => cell.Length > 10);
        }

        // Of two with the same bytes, whichever came first is in, and the other leads to it.
        foreach (var alike in files.Where(file => file.Outcome == "in").GroupBy(file => Hash(file.Bytes), file => rows[file.Name], StringComparer.Ordinal))
        {
            alike.Count(cells => cells[1] == "in").ShouldBe(1);
            alike.Select(cells => cells[3]).Distinct(StringComparer.Ordinal).Single().ShouldContain("/i/");
        }
    }

    private static async Task<bool> IsReadyAsync(Caller caller)
    {
        try
        {
            using var response = await caller.GetAsync("/health/ready");
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false; // nobody listens yet
        }
    }

    private static string Write(string folder, string name, byte[] bytes)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Picture() => Pictures.Jpeg(320, 240, Random.Shared.Next());

    /// <summary>A picture that takes as many bytes as it has, 3 for each pixel, and little time to decode.</summary>
    private static byte[] Noise(int width, int height)
    {
        var pixels = new byte[width * height * 3];
        Random.Shared.NextBytes(pixels);
        using var image = NetVips.Image.NewFromMemory(pixels, width, height, 3, NetVips.Enums.BandFormat.Uchar);
        return image.PngsaveBuffer(compression: 0);
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
