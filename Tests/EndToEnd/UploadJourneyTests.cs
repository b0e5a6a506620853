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

    [Fact]
    public async Task An_upload_is_shown_by_its_own_tab_alone_and_goes_on_in_one_of_the_others_when_that_ends()
    {
        var summary = await stack.SummaryAsync();
        var first = await chromium.NewPageAsync();
        await first.SignInAsync(summary);
        var created = 0;
        first.Context.Request += (_, request) =>
        {
            if (request.Method == "POST" && request.Url.EndsWith("/v1/uploads", StringComparison.Ordinal)) Interlocked.Increment(ref created);
        };
        var second = await first.Context.NewPageAsync();
        foreach (var tab in (IPage[])[second, first])
            await tab.VisitAsync(summary, summary.Space("public"));
        var file = Picture("left.jpg", Random.Shared.Next());
        await first.RouteAsync(Uploads, route => route.AbortAsync());
        await first.GetByTestId("file-input").SetInputFilesAsync(file);
        await first.Locator("[data-testid=upload][data-state=offline]").WaitForAsync();

        // A tab that is opened meanwhile has its own upload and no other.
        var third = await first.Context.NewPageAsync();
        await third.VisitAsync(summary, summary.Space("public"));
        await third.GetByTestId("file-input").SetInputFilesAsync(Picture("own.jpg", Random.Shared.Next()));
        await Expect(third.GetByTestId("tray-title")).ToHaveTextAsync("1 in");

        await first.CloseAsync();
        foreach (var tab in (IPage[])[second, third])
            await tab.Locator("[data-testid=upload][data-state=lost]").WaitForAsync();
        await third.GetByTestId("file-input").SetInputFilesAsync(file);
        await Expect(third.GetByTestId("tray-title")).ToHaveTextAsync("2 in");
        await Expect(second.GetByTestId("upload")).ToHaveCountAsync(0);
        created.ShouldBe(2);
        await third.Context.CloseAsync();
    }

    [Fact]
    public async Task A_file_dropped_where_nothing_takes_it_does_not_lead_away_from_the_page()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, $"{summary.Space("public")}/imports");
        (await IsKeptFromTheBrowserAsync(page.Locator("main"))).ShouldBeTrue();
        (await IsKeptFromTheBrowserAsync(page.GetByTestId("archive"))).ShouldBeFalse("an input for files takes a drop by itself");
        await Expect(page.GetByTestId("upload")).ToHaveCountAsync(0);
        await page.VisitAsync(summary, summary.Space("public"));
        (await IsKeptFromTheBrowserAsync(page.Locator("main"))).ShouldBeTrue();
        await Expect(page.GetByTestId("upload")).ToContainTextAsync("dropped.txt");
        await page.Context.CloseAsync();
    }

    /// <summary>Drops a file on an element; what the page leaves to the browser, that opens in the page's place.</summary>
    private static Task<bool> IsKeptFromTheBrowserAsync(ILocator target) => target.EvaluateAsync<bool>(
        """
        element => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File(['text'], 'dropped.txt', { type: 'text/plain' }));
            return ['dragenter', 'dragover', 'drop']
                .map(type => !element.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer })))
                .every(prevented => prevented);
        }
        """);

    private static FilePayload Picture(string name, int seed) => new() { Name = name, MimeType = "image/jpeg", Buffer = Pictures.Jpeg(320, 240, seed) };
}
