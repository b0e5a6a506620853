using System.Net;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>Work on many images at once, of more than a page shows.</summary>
[Trait("Level", "EndToEnd")]
public sealed class LibraryJourneyTests(RunningStack stack, Chromium chromium)
{
    private const int All = 2000;
    private const int Spring = 200;
    private const int OnSale = 40;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_of_two_thousand_images_are_found_chosen_and_retagged_and_an_undo_gives_each_what_it_had()
    {
        var summary = await stack.SummaryAsync();
        Assert.SkipUnless(stack.IsStartedHere && OperatingSystem.IsLinux(),
            "The images are written into the database of a stack that this run started; its address is read from the Api's process under /proc.");
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var (space, path) = await Shelf.OfAsync(stack, caller, All, Ct);

        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, path);
        await Expect(page.GetByTestId("count")).ToContainTextAsync("2,000 images");
        await page.GetByTestId("search").FillAsync("spring");
        await Expect(page.GetByTestId("count")).ToContainTextAsync("200 images");
        await Expect(page.GetByTestId("tile").First).ToContainTextAsync("spring");
        var (drawn, onSale) = (await page.GetByTestId("tile").CountAsync(), await page.GetByTitle("Only images tagged sale").CountAsync());

        await page.GetByTestId("choose").First.CheckAsync();
        await page.GetByTestId("choose-matching").ClickAsync();
        await Expect(page.GetByTestId("selection")).ToContainTextAsync("200 chosen");
        await page.GetByTestId("bulk-tag").ClickAsync();
        var tags = page.GetByRole(AriaRole.Textbox, new() { Name = "Tags to add" });
        await Expect(tags).ToBeFocusedAsync(); // who opens a dialog types on
        await tags.FillAsync("sale");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("200 images are tagged")).ToBeVisibleAsync();
        await Expect(page.GetByTitle("Only images tagged sale")).ToHaveCountAsync(drawn);
        (await CountAsync("sale")).ShouldBe(Spring);

        // Those that were on sale before stay so.
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(page.GetByTitle("Only images tagged sale")).ToHaveCountAsync(onSale);
        await Eventually.HoldsAsync(async () => await CountAsync("sale") == OnSale, TimeSpan.FromSeconds(60)); // the page follows while it goes on

        // What the tag itself finds is all on the page.
        await page.GetByRole(AriaRole.Button, new() { Name = "# sale", Exact = true }).ClickAsync();
        await Expect(page.GetByTestId("count")).ToContainTextAsync("40 images");
        await page.GetByTestId("choose").First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "All shown" }).ClickAsync();
        await page.GetByTestId("bulk-untag").ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Tags to take off" }).FillAsync("sale");
        await page.GetByTestId("dialog-ok").ClickAsync();
        await Expect(page.GetByText("40 images are untagged")).ToBeVisibleAsync();
        (await CountAsync("sale")).ShouldBe(0);

        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.GetByTestId("palette")).ToBeFocusedAsync();
        await page.GetByTestId("palette").FillAsync("trash");
        await Expect(page.GetByRole(AriaRole.Option)).ToHaveTextAsync(["Trashthis space"]);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page).ToHaveURLAsync($"{summary.Portal}{path}/trash");
        await page.Context.CloseAsync();

        async Task<int> CountAsync(string tag)
        {
            using var counted = await caller.GetAsync($"/v1/assets/facets?tenant={summary.Tenant}&space={space}&tag={tag}").ShouldBe(HttpStatusCode.OK);
            return (int)(await counted.JsonAsync())["assets"]!;
        }
    }
}
