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
