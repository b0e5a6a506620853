using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>What becomes of files between a browser and the service when things go wrong.</summary>
[Trait("Level", "EndToEnd")]
public sealed class UploadJourneyTests(RunningStack stack, Chromium chromium)
{
    private const string Uploads = "**/v1/uploads/**";

    [Fact]
    public async Task Every_file_of_a_mixed_choice_arrives_over_two_cuts_and_a_service_that_is_away_and_the_report_is_right()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("public"));
        var good = Enumerable.Range(0, 12).Select(number => Picture($"good-{number:00}.jpg", Random.Shared.Next())).ToList();
        List<FilePayload> files =
        [
            .. good,
            new() { Name = "copy.jpg", MimeType = "image/jpeg", Buffer = good[0].Buffer },
            new() { Name = "other-copy.jpg", MimeType = "image/jpeg", Buffer = good[1].Buffer },
            new() { Name = "broken.jpg", MimeType = "image/jpeg", Buffer = good[2].Buffer[..(good[2].Buffer.Length / 2)] },
            new() { Name = "fake.png", MimeType = "image/png", Buffer = "I am no image at all."u8.ToArray() },
        ];

        // The service is away for the first tries, and the line is cut twice while files are under way.
        var away = 3;
        await page.RouteAsync(Uploads, route => Interlocked.Decrement(ref away) >= 0 ? route.FulfillAsync(new() { Status = 503 }) : route.ContinueAsync());
        await page.GetByTestId("file-input").SetInputFilesAsync(files);
        await Expect(page.GetByTestId("tray-title")).ToContainTextAsync("Uploading");
        for (var cut = 0; cut < 2; cut++)
        {
            await page.Context.SetOfflineAsync(true);
            await page.Locator("[data-testid=upload][data-state=offline]").First.WaitForAsync();
            await page.Context.SetOfflineAsync(false);
        }

        await Expect(page.GetByTestId("tray-title")).ToHaveTextAsync("12 in, 2 there already, 2 refused", new() { Timeout = 120_000 });
        await page.GetByTestId("tray-report").ClickAsync();
        var report = page.GetByTestId("tray-sheet");
        await Expect(report).ToContainTextAsync("broken.jpg");
        await Expect(report).ToContainTextAsync("fake.png");
        await Expect(report).ToContainTextAsync("is stored as");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("tray-csv").ClickAsync());
        var lines = await File.ReadAllLinesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        lines.Length.ShouldBe(files.Count + 1);
        lines.Count(line => line.Contains("\"refused\"", StringComparison.Ordinal)).ShouldBe(2);
        await page.GetByTestId("tray-close").ClickAsync();
        await Expect(page.GetByTestId("tray-title")).ToBeHiddenAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_file_that_a_reload_tore_off_goes_on_where_it_was_once_it_is_chosen_again()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("public"));
        var file = Picture("torn.jpg", Random.Shared.Next());
        var created = 0;
        page.Request += (_, request) =>
        {
            if (request.Method == "POST" && request.Url.EndsWith("/v1/uploads", StringComparison.Ordinal)) Interlocked.Increment(ref created);
        };
        await page.RouteAsync(Uploads, route => route.AbortAsync());
        await page.GetByTestId("file-input").SetInputFilesAsync(file);
        await page.Locator("[data-testid=upload][data-state=offline]").WaitForAsync();

        // The browser asks first, because leaving would stop it.
        var asked = new TaskCompletionSource();
        page.Dialog += async (_, dialog) =>
        {
            asked.TrySetResult();
            await dialog.AcceptAsync();
        };
        await page.ReloadAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await page.UnrouteAsync(Uploads);
        await page.InteractiveAsync();
        await page.Locator("[data-testid=upload][data-state=lost]").WaitForAsync();
        await page.GetByTestId("file-input").SetInputFilesAsync(file);
        await Expect(page.GetByTestId("tray-title")).ToHaveTextAsync("1 in");
        created.ShouldBe(1);
        await Expect(page.GetByTestId("tile").And(page.GetByTitle("torn.jpg"))).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    private static FilePayload Picture(string name, int seed) => new() { Name = name, MimeType = "image/jpeg", Buffer = Pictures.Jpeg(320, 240, seed) };
}
