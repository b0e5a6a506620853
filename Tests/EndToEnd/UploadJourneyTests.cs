using System.IO.Compression;
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
    private static readonly int ArchiveSeed = Random.Shared.Next();

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

    [Fact]
    public async Task An_archive_and_an_address_go_on_after_a_cut_and_a_reload_and_stand_in_the_report()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("public"));
        page.Dialog += async (_, dialog) => await dialog.AcceptAsync();
        const string Fetches = "**/v1/assets/fetch";
        await page.RouteAsync(Uploads, route => route.AbortAsync());
        await page.RouteAsync(Fetches, route => route.AbortAsync());
        await page.GetByTestId("file-input").SetInputFilesAsync(Archive("many.zip"));
        await page.GetByTestId("fetch").ClickAsync();
        await page.GetByLabel("Addresses of images, one a line").FillAsync("http://127.0.0.1/hidden.png");
        await page.GetByTestId("fetch-start").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(page.Locator("[data-testid=upload][data-state=offline]")).ToHaveCountAsync(2);

        // The address goes on by itself, the archive once it is chosen again.
        await page.ReloadAsync();
        await page.UnrouteAsync(Uploads);
        await page.UnrouteAsync(Fetches);
        await page.InteractiveAsync();
        await Expect(page.Locator("[data-testid=upload][data-state=lost]")).ToContainTextAsync("many.zip");
        await Expect(page.Locator("[data-testid=upload][data-state=refused]")).ToContainTextAsync("Only public addresses");
        await page.GetByTestId("file-input").SetInputFilesAsync(Archive("many.zip"));
        await Expect(page.GetByTestId("tray-title")).ToHaveTextAsync("2 in, 2 refused", new() { Timeout = 60_000 });
        await page.GetByTestId("tray-report").ClickAsync();
        var sheet = page.GetByTestId("tray-sheet");
        await Expect(sheet).ToContainTextAsync("many.zip › notes.txt");
        await Expect(sheet).ToContainTextAsync("http://127.0.0.1/hidden.png");
        await Expect(sheet).ToContainTextAsync("many.zip: 2 in, 1 refused");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_new_version_goes_by_the_tray_and_is_shown_when_it_is_there()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("public"));
        await page.GetByTestId("file-input").SetInputFilesAsync(Picture("first.jpg", Random.Shared.Next()));
        await page.GetByTestId("upload").GetByRole(AriaRole.Link).ClickAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Variants" }).ClickAsync();
        await Expect(page.GetByTestId("versions").Locator("tbody tr")).ToHaveCountAsync(1);
        await page.GetByTestId("version-input").SetInputFilesAsync(Picture("second.jpg", Random.Shared.Next()));
        await Expect(page.GetByTestId("tray-title")).ToHaveTextAsync("2 in");
        await Expect(page.GetByTestId("versions").Locator("tbody tr")).ToHaveCountAsync(2);
        await page.Context.CloseAsync();
    }

    /// <summary>Two pictures and what is none; the same bytes however often it is made in this process.</summary>
    private static FilePayload Archive(string name)
    {
        using var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add("one.jpg", Pictures.Jpeg(320, 240, ArchiveSeed));
            Add("two.jpg", Pictures.Jpeg(240, 320, ArchiveSeed));
            Add("notes.txt", "text"u8.ToArray());

            void Add(string entry, byte[] content)
            {
                using var stream = archive.CreateEntry(entry).Open();
                stream.Write(content);
            }
        }

        return new() { Name = name, MimeType = "application/zip", Buffer = file.ToArray() };
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
