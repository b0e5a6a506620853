using System.Net;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>Every page, dialog and state, in light and dark, at 390, 1,440 and 2,560 px: nothing is found that is more than minor.</summary>
[Trait("Level", "EndToEnd")]
public sealed class AccessibilityTests(RunningStack stack, Chromium chromium)
{
    private static readonly ViewportSize Desktop = new() { Width = 1440, Height = 900 };
    private static readonly ViewportSize Phone = new() { Width = 390, Height = 844 };

    [Fact]
    public async Task No_page_has_a_finding_and_each_has_a_title_and_one_heading_that_gets_the_focus()
    {
        var summary = await stack.SummaryAsync();
        var (page, judge) = await SignedInAsync(summary);
        var paths = summary.EveryPath();

        // Two libraries after each other would share their heading, and the first page is there already.
        foreach (var path in paths.Where(path => path != summary.Space("private")).Append(summary.Space("private")))
        {
            await judge.OpenAsync(path);
            await judge.JudgeAsync(path);
        }

        await page.GetByTestId("tile").First.ClickAsync();
        foreach (var tab in (string[])["Focus", "Details", "Code", "Variants", "Transform"])
        {
            await page.GetByRole(AriaRole.Tab, new() { Name = tab, Exact = true }).DispatchEventAsync("click"); // it may have moved out of the strip
            await page.LoadedAsync();
            await judge.JudgeAsync($"an image's {tab}", "main");
        }

        judge.ShouldFindNothing();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task No_open_dialog_has_a_finding_and_the_focus_is_in_it_and_returns_to_what_opened_it()
    {
        var summary = await stack.SummaryAsync();
        var (page, judge) = await SignedInAsync(summary);
        var (organization, space) = ($"/o/{summary.Organization}", summary.Space("public"));
        foreach (var (path, opener) in new[]
        {
            ($"{space}/presets", "[data-testid=new-preset]"), ($"{space}/policies", "[data-testid^=edit-]"), ($"{organization}/webhooks", ".page-head button"),
            ($"{organization}/members", "[data-testid=invite]"), ($"{organization}/api-keys", "[data-testid=create-key]"),
            ($"{organization}/signing-keys", "[data-testid^=rotate-]"), ($"{space}/overlays", "[data-testid=new-overlay]"),
            ($"{space}/hosts", "[data-testid=add-host]"), (space, "[data-testid=palette-open]"), (space, "[data-testid=fetch]"),
            (space, "[data-testid=folder-new]"),
        })
        {
            if (!page.Url.EndsWith(path, StringComparison.Ordinal)) await judge.OpenAsync(path);
            await InDialogAsync(page.Locator(opener).First, opener);
        }

        await page.GetByTestId("choose").First.CheckAsync();
        await InDialogAsync(page.GetByTestId("bulk-delete"), "delete");
        await page.Keyboard.PressAsync("?");
        await page.GetByRole(AriaRole.Dialog).WaitForAsync();
        await judge.JudgeAsync("the keys", "[role=dialog]");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Sort" }).ClickAsync();
        await page.GetByRole(AriaRole.Listbox).WaitForAsync();
        await judge.JudgeAsync("an open list", "[role=listbox]");

        judge.ShouldFindNothing();
        await page.Context.CloseAsync();

        async Task InDialogAsync(ILocator opener, string what)
        {
            await opener.PressAsync("Enter");
            await page.Locator("[role=dialog]:focus-within").WaitForAsync();
            await judge.JudgeAsync(what, "[role=dialog]");
            await page.Keyboard.PressAsync("Escape");
            await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
            await Expect(opener).ToBeFocusedAsync();
        }
    }

    [Fact]
    public async Task Neither_errors_nor_emptiness_nor_deliveries_nor_uploads_have_a_finding()
    {
        var summary = await stack.SummaryAsync();
        var (page, judge) = await SignedInAsync(summary);
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var organization = $"/v1/organizations/{summary.Organization}";
        using var made = await caller.PostAsync($"{organization}/webhooks", new { url = "https://localhost/hook", events = (string[])["asset.uploaded"] })
            .ShouldBe(HttpStatusCode.Created);
        var webhook = (await made.JsonAsync())["id"].Text();

        await judge.OpenAsync($"{summary.Space("public")}?q=nothing-is-called-so&folder=%2Faxe-{Random.Shared.Next(1_000_000_000)}");
        await judge.JudgeAsync("nothing is found");
        await judge.OpenAsync(summary.Space("public") + "/i/01ARZ3NDEKTSV4RRFFQ69G5FAV");
        await judge.JudgeAsync("an error");
        await judge.OpenAsync("/o/nobody");
        await judge.JudgeAsync("no such organization");

        await judge.OpenAsync($"{summary.Space("public")}?folder=%2Faxe-{Random.Shared.Next(1_000_000_000)}");
        await page.GetByTestId("file-input").SetInputFilesAsync(
        [
            new FilePayload { Name = "axe.jpg", MimeType = "image/jpeg", Buffer = Pictures.Jpeg(320, 240, Random.Shared.Next()) },
            new FilePayload { Name = "torn.jpg", MimeType = "image/jpeg", Buffer = [0xFF, 0xD8, 0xFF, 0xE0] },
        ]);
        await Expect(page.GetByTestId("tray-title")).ToHaveTextAsync("1 in, 1 refused");
        await judge.JudgeAsync("the uploads");
        await page.GetByTestId("tray-report").ClickAsync();
        await judge.JudgeAsync("the report of the uploads");

        // The upload was told to the webhook, or tried to be.
        await judge.OpenAsync($"/o/{summary.Organization}/webhooks/{webhook}");
        await Eventually.HoldsAsync(
            async () =>
            {
                await page.ReloadAsync();
                await page.InteractiveAsync();
                await page.LoadedAsync();
                return await page.GetByRole(AriaRole.Button, new() { Name = "Deliver again: an image was uploaded" }).CountAsync() > 0;
            },
            TimeSpan.FromSeconds(60));
        await judge.JudgeAsync("deliveries");
        (await caller.DeleteAsync($"{organization}/webhooks/{webhook}").ShouldBe(HttpStatusCode.NoContent)).Dispose();
        judge.ShouldFindNothing();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task No_page_before_the_sign_in_has_a_finding()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        using var invited = await caller.PostAsync($"/v1/organizations/{summary.Organization}/members",
            new { email = $"axe-{Guid.CreateVersion7():n}@acme.example", role = "viewer" }).ShouldBe(HttpStatusCode.Created);
        var page = await chromium.NewPageAsync(Desktop);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        var judge = new AccessibilityJudge(page);
        foreach (var path in (string[])[
            "/sign-in?signedOut=true", "/sign-in/organization", $"/sign-in/organization?organization={summary.Organization}", "/password-reset",
            "/password-reset?token=x", "/invitation?token=x", "/nowhere",
            new Uri((string)(await invited.JsonAsync())["invitationUrl"]!).PathAndQuery])
        {
            await page.GotoAsync(summary.Portal + path);
            await Expect(page.Locator("h1")).ToHaveCountAsync(1);
            await judge.JudgeAsync(path);
        }

        // What was wrong stands in words beside the form.
        await page.GotoAsync(summary.Portal + "/sign-in");
        await page.GetByLabel("E-mail address").FillAsync("nobody@acme.example");
        await page.GetByLabel("Password").FillAsync("not the password");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Alert).WaitForAsync();
        await judge.JudgeAsync("a wrong password");
        judge.ShouldFindNothing();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_phone_that_asks_for_dark_is_shown_dark_without_a_choice()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync(Phone);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await page.SignInAsync(summary);
        await Expect(page.Locator("body")).ToHaveCSSAsync("background-color", "rgb(18, 17, 28)");
        await page.Context.CloseAsync();
    }

    private async Task<(IPage Page, AccessibilityJudge Judge)> SignedInAsync(StackSummary summary)
    {
        var page = await chromium.NewPageAsync(Desktop);
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, $"/o/{summary.Organization}/explain"); // none of the pages that are judged: each is gone to
        return (page, new AccessibilityJudge(page));
    }
}
