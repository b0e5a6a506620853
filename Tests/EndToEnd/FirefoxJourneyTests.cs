using System.Net;
using System.Text.RegularExpressions;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>The ways that people take most, in Firefox: images, from the upload to what is made of them.</summary>
[Trait("Level", "EndToEnd")]
public sealed class FirefoxJourneyTests(RunningStack stack, Firefox firefox)
{
    [Fact]
    public async Task Of_three_files_the_corrupt_one_is_refused_and_the_sheet_says_what_became_of_each()
    {
        var summary = await stack.SummaryAsync();
        var page = await firefox.OwnersPageAsync(summary);
        await page.VisitAsync(summary, $"{summary.Space("public")}?folder=%2Ffox-{Random.Shared.Next(1_000_000_000)}");
        var torn = Picture("torn.jpg");
        await page.GetByTestId("file-input").SetInputFilesAsync(
        [
            Picture("one.jpg"), Picture("two.jpg"), new() { Name = torn.Name, MimeType = torn.MimeType, Buffer = torn.Buffer[..(torn.Buffer.Length / 2)] },
        ]);
        await Expect(page.GetByTestId("tray-title")).ToHaveTextAsync("2 in, 1 refused");
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(2);
        await page.GetByTestId("tray-report").ClickAsync();
        var parts = page.GetByTestId("tray-sheet").Locator("section");
        await Expect(parts.Filter(new() { HasText = "1 refused" }).Locator("li")).ToContainTextAsync("torn.jpg");
        await Expect(parts.Filter(new() { HasText = "1 refused" }).Locator("li")).ToContainTextAsync("Take it from its source again");
        await Expect(parts.Filter(new() { HasText = "2 in" }).GetByRole(AriaRole.Link)).ToHaveTextAsync(["one.jpg", "two.jpg"]);
    }

    [Fact]
    public async Task Several_images_are_found_and_retagged_and_one_is_deleted_and_restored()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var (mark, tag) = ($"fox{Random.Shared.Next(1_000_000_000)}", $"t{Random.Shared.Next(1_000_000_000)}");
        foreach (var name in (string[])["a", "b", "c"])
            (await caller.UploadAsync(Picture(name).Buffer, summary.Tenant, summary.Spaces["public"], $"{mark} {name}.jpg", ("tags", $"{tag}-old"))
                .ShouldBe(HttpStatusCode.Created)).Dispose();
        var page = await firefox.OwnersPageAsync(summary);
        await page.VisitAsync(summary, summary.Space("public"));
        await page.GetByTestId("search").PressSequentiallyAsync(mark);
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(3);

        await ChangeAllAsync("bulk-tag", "Tags to add", tag);
        await Expect(page.GetByTitle($"Only images tagged {tag}", new() { Exact = true })).ToHaveCountAsync(3);
        await ChangeAllAsync("bulk-untag", "Tags to take off", $"{tag}-old");
        await Expect(page.GetByTitle($"Only images tagged {tag}-old")).ToHaveCountAsync(0);

        await page.GetByTestId("tile").And(page.GetByTitle($"{mark} b.jpg")).ClickAsync();
        await page.GetByTestId("delete").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex(Regex.Escape(summary.Space("public")) + "([?]|$)", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.GoAsync(summary.Space("public") + "/trash");
        await page.GetByLabel($"Choose {mark} b.jpg").CheckAsync();
        await page.GetByTestId("restore-chosen").ClickAsync();
        await Expect(page.GetByLabel($"Choose {mark} b.jpg")).ToHaveCountAsync(0);
        await page.GoAsync($"{summary.Space("public")}?tag={tag}");
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(3);

        async Task ChangeAllAsync(string button, string field, string tags)
        {
            await page.GetByTestId("choose").First.CheckAsync();
            await page.GetByRole(AriaRole.Button, new() { Name = "All shown" }).ClickAsync();
            await Expect(page.GetByTestId("selection")).ToContainTextAsync("3 chosen");
            await page.GetByTestId(button).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = field })).ToBeFocusedAsync();
            await page.Keyboard.TypeAsync(tags);
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.GetByTestId("selection")).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task In_the_playground_text_and_controls_follow_each_other_the_copied_address_is_the_image_shown_and_a_preset_comes_of_it()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        using var uploaded = await caller.UploadAsync(Picture("played.jpg").Buffer, summary.Tenant, summary.Spaces["public"], "played.jpg")
            .ShouldBe(HttpStatusCode.Created);
        var page = await firefox.OwnersPageAsync(summary);
        await page.VisitAsync(summary, $"{summary.Space("public")}/playground?i={(await uploaded.JsonAsync())["id"].Text()}");
        await page.GetByTestId("playground-text").FillAsync("w_124-nonsense.jpg");
        await Expect(page.GetByTestId("playground-fault").Locator("mark")).ToHaveTextAsync("nonsense");
        await page.GetByTestId("playground-text").FillAsync("w_124-bw.webp");
        await Expect(page.GetByTestId("width")).ToHaveValueAsync("124");
        await page.GetByTestId("width").FillAsync("123");
        await Expect(page.GetByTestId("playground-text")).ToHaveValueAsync("w_123-bw.webp");
        await Expect(page.GetByTestId("preview-facts")).ToContainTextAsync("123 × 92");
        await page.GetByTestId("copy").ClickAsync();
        await Expect(page.GetByText("Copied", new() { Exact = true })).ToBeVisibleAsync();

        await page.GetByTestId("save-preset").ClickAsync();
        await page.GetByTestId("preset-slug").FillAsync($"fox{Random.Shared.Next(1_000_000_000)}");
        await Expect(page.GetByTestId("preset-effect")).ToContainTextAsync("No stored image changes");
        await page.GetByTestId("preset-save").ClickAsync();
        await Expect(page.GetByTestId("preset-now")).ToHaveTextAsync("w_123-bw");

        await page.GoAsync("/explain");
        await page.GetByLabel("Address").FocusAsync();
        await page.Keyboard.PressAsync("Control+v");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByTestId("canonical")).ToContainTextAsync("w_123");
        using var image = await caller.GetAsync(await page.GetByLabel("Address").InputValueAsync()).ShouldBe(HttpStatusCode.OK);
        Pictures.Size(await image.Content.ReadAsByteArrayAsync()).ShouldBe((123, 92, 1));
    }

    private static FilePayload Picture(string name) => new() { Name = name, MimeType = "image/jpeg", Buffer = Pictures.Jpeg(320, 240, Random.Shared.Next()) };
}
