using System.Diagnostics;
using System.Net;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>What stands typed in pages while the portal's process is killed. It alone uses the stack meanwhile.</summary>
[Trait("Level", "EndToEnd")]
[Collection(RunsAlone.Name)]
public sealed class RestartedPortalJourneyTests(RunningStack stack, Chromium chromium)
{
    private static readonly LocatorAssertionsToHaveValueOptions Patiently = new() { Timeout = 60_000 };

    [Fact]
    public async Task What_was_typed_into_forms_and_dialogs_is_back_after_the_portal_was_killed_and_no_password_is()
    {
        var summary = await stack.SummaryAsync();
        Assert.SkipUnless(stack.IsStartedHere, "The portal is killed here, and IMAGESERVICE_SUMMARY names a stack that somebody else started.");
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        using var uploaded = await caller.UploadAsync(Pictures.Jpeg(60, 40, Random.Shared.Next()), summary.Tenant, summary.Spaces["public"])
            .ShouldBe(HttpStatusCode.Created);
        var id = (await uploaded.JsonAsync())["id"].Text();
        var space = summary.Space("public");
        var details = await chromium.NewPageAsync();
        await details.SignInAsync(summary);
        await details.VisitAsync(summary, $"{space}/i/{id}?tab=details");
        await details.GetByLabel("Tags").FillAsync("boats, typed");
        await ChooseAsync(details, "Access", "Private: only by signed address");

        var preset = await OpenAsync(details.Context, summary, $"{space}/presets");
        await preset.GetByTestId("new-preset").ClickAsync();
        await preset.GetByTestId("preset-slug").FillAsync("typed");
        await preset.GetByTestId("preset-operations").FillAsync("w_40");
        await preset.GetByLabel("Made ahead, after each upload").CheckAsync();
        await preset.GetByLabel("Only for tags").FillAsync("boats");

        var overlay = await OpenAsync(details.Context, summary, $"{space}/overlays");
        await overlay.GetByTestId("new-overlay").ClickAsync();
        await overlay.GetByTestId("overlay-slug").FillAsync("typed");
        await overlay.GetByTestId("add-shape").ClickAsync();
        await overlay.GetByTestId("add-text").ClickAsync();
        await overlay.GetByTestId("element-text").Nth(1).FillAsync("Second text");

        var account = await OpenAsync(details.Context, summary, "/account");
        await account.GetByLabel("Name", new() { Exact = true }).FillAsync("Typed name");
        await account.GetByLabel("Present password").FillAsync("not to be kept");

        IPage[] pages = [details, preset, overlay, account];
        foreach (var page in pages)
            await page.EvaluateAsync("() => { globalThis.isBefore = true; }");
        using (var portal = Process.GetProcessById(stack.ProcessOf("portal")))
            portal.Kill();

        // Cut, each is still typed into; then it is loaded anew by itself.
        await details.Locator("#components-reconnect-modal").WaitForAsync();
        await details.GetByLabel("Name", new() { Exact = true }).FillAsync("typed-name.jpg");
        foreach (var page in pages)
        {
            await page.WaitForFunctionAsync("() => !globalThis.isBefore", null, new() { Timeout = 90_000 });
            await page.Locator("main[data-interactive=true]").WaitForAsync(new() { Timeout = 60_000 });
        }

        await Expect(details.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("typed-name.jpg", Patiently);
        await Expect(details.GetByLabel("Tags")).ToHaveValueAsync("boats, typed", Patiently);
        await Expect(Select(details, "Access")).ToContainTextAsync("Private: only by signed address");
        await Expect(details.Locator(".mud-snackbar")).ToContainTextAsync("What you had typed is back");

        await Expect(preset.GetByTestId("preset-slug")).ToHaveValueAsync("typed", Patiently);
        await Expect(preset.GetByTestId("preset-operations")).ToHaveValueAsync("w_40", Patiently);
        await Expect(preset.GetByLabel("Made ahead, after each upload")).ToBeCheckedAsync();
        await Expect(preset.GetByLabel("Only for tags")).ToHaveValueAsync("boats", Patiently);

        await Expect(overlay.GetByTestId("overlay-slug")).ToHaveValueAsync("typed", Patiently);
        await Expect(overlay.GetByTestId("overlay-element")).ToHaveCountAsync(3);
        await Expect(overlay.GetByTestId("element-text").Nth(1)).ToHaveValueAsync("Second text", Patiently);

        await Expect(account.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("Typed name", Patiently);
        await Expect(account.GetByLabel("Present password")).ToHaveValueAsync("");
        (await account.EvaluateAsync<string>("() => JSON.stringify(sessionStorage)")).ShouldNotContain("not to be kept");

        // The page has heard of it: what is saved is what stands there.
        await details.GetByTestId("save").ClickAsync();
        await Expect(details.GetByTestId("asset-name")).ToHaveTextAsync("typed-name.jpg");
        using var saved = await caller.GetAsync($"/v1/assets/{id}").ShouldBe(HttpStatusCode.OK);
        var asset = await saved.JsonAsync();
        (asset["access"].Text(), asset["tags"]!.AsArray().Select(tag => tag.Text())).ShouldSatisfyAllConditions(
            all => all.Item1.ShouldBe("private"), all => all.Item2.ShouldBe(["boats", "typed"]));

        // Loaded anew while all is well, nothing is put back.
        await preset.ReloadAsync();
        await preset.InteractiveAsync();
        await Expect(preset.GetByTestId("presets")).ToBeVisibleAsync();
        await Expect(preset.GetByTestId("preset-slug")).ToHaveCountAsync(0);
        await details.Context.CloseAsync();
    }

    private static async Task<IPage> OpenAsync(IBrowserContext context, StackSummary summary, string path)
    {
        var page = await context.NewPageAsync();
        await page.VisitAsync(summary, path);
        return page;
    }

    private static ILocator Select(IPage page, string label) => page.Locator(".mud-input-control.mud-select", new() { HasText = label });

    private static async Task ChooseAsync(IPage page, string label, string text)
    {
        await Select(page, label).ClickAsync();
        await page.Locator(".mud-list-item", new() { HasText = text }).ClickAsync();
    }
}
