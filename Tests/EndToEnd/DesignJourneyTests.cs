using System.Net;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>From trying operations on an image to presets that are made ahead; and what is typed and not yet saved.</summary>
[Trait("Level", "EndToEnd")]
public sealed class DesignJourneyTests(RunningStack stack, Chromium chromium)
{
    [Fact]
    public async Task A_preset_is_designed_in_the_playground_made_ahead_and_compared_with_what_it_was()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        using var uploaded = await caller.UploadAsync(Pictures.Jpeg(640, 480, Random.Shared.Next()), summary.Tenant, summary.Spaces["public"], "design.jpg")
            .ShouldBe(HttpStatusCode.Created);
        var id = (await uploaded.JsonAsync())["id"].Text();
        var slug = $"d{Random.Shared.Next(1_000_000_000)}";
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, $"{summary.Space("public")}/playground?i={id}");

        // Controls write the text, and the text sets the controls; a fault is marked where it is.
        await page.GetByTestId("width").FillAsync("123");
        await Expect(page.GetByTestId("playground-text")).ToHaveValueAsync("fmt_auto-w_123.jpg");
        await page.GetByTestId("playground-text").FillAsync("w_124-nonsense.jpg");
        await Expect(page.GetByTestId("playground-fault").Locator("mark")).ToHaveTextAsync("nonsense");
        await page.GetByTestId("playground-text").FillAsync("w_124-bw.webp");
        await Expect(page.GetByTestId("width")).ToHaveValueAsync("124");
        await Expect(page.GetByTestId("preview-facts")).ToContainTextAsync("124 × 93");
        await Expect(page.GetByTestId("playground-explained")).ToContainTextAsync("bw");

        await page.GetByTestId("save-preset").ClickAsync();
        await page.GetByTestId("preset-slug").FillAsync(slug);
        await page.GetByLabel("Made ahead, after each upload").CheckAsync();
        await Expect(page.GetByTestId("preset-effect")).ToContainTextAsync("made ahead");
        await page.GetByTestId("preset-save").ClickAsync();
        await Expect(page.GetByTestId("preset-now")).ToHaveTextAsync("w_124-bw");
        // The next upload has its variant before anybody asks for it.
        var picture = Pictures.Jpeg(640, 480, Random.Shared.Next());
        using var next = await caller.UploadAsync(picture, summary.Tenant, summary.Spaces["public"], "next.jpg").ShouldBe(HttpStatusCode.Created);
        var made = (await next.JsonAsync())["id"].Text();
        await Eventually.HoldsAsync(
            async () => (await (await caller.GetAsync($"/v1/assets/{made}/variants")).Content.ReadAsStringAsync()).Contains(slug, StringComparison.Ordinal),
            TimeSpan.FromMinutes(3));
        await page.VisitAsync(summary, $"{summary.Space("public")}/i/{made}?tab=variants");
        await Expect(page.GetByTestId("variants")).ToContainTextAsync($"preset {slug}");

        await page.VisitAsync(summary, $"{summary.Space("public")}/presets/{slug}");
        await page.GetByTestId("preset-edit").ClickAsync();
        await page.GetByTestId("preset-operations").FillAsync("w_125");
        await page.GetByTestId("preset-save").ClickAsync();
        await Expect(page.GetByTestId("preset-revisions").Locator("tbody tr")).ToHaveCountAsync(2);
        await page.GetByTestId("compare-revision-1").ClickAsync();
        await Expect(page.GetByTestId("before-after")).ToContainTextAsync("Revision 1");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Choosing_a_preset_drops_the_width_and_details_survive_another_tab()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("public"));
        await page.GetByTestId("tile").First.ClickAsync();
        await Expect(page.GetByTestId("url")).ToContainTextAsync("w_");
        await page.GetByLabel("Preset", new() { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Option, new() { Name = "card", Exact = true }).ClickAsync();
        await Expect(page.GetByTestId("url")).ToContainTextAsync("preset_card");
        await Expect(page.GetByTestId("url")).Not.ToContainTextAsync("w_");

        await page.GetByRole(AriaRole.Tab, new() { Name = "Details" }).ClickAsync();
        await page.GetByLabel("Tags").FillAsync("typed, not saved");
        await page.GetByRole(AriaRole.Tab, new() { Name = "Code" }).ClickAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Details" }).ClickAsync();
        await Expect(page.GetByLabel("Tags")).ToHaveValueAsync("typed, not saved");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_palette_begins_a_preset_switches_the_theme_and_signs_out()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("public"));
        await DoAsync("new preset");
        await Expect(page.GetByRole(AriaRole.Dialog).GetByLabel("Operations")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync($"{summary.Portal}{summary.Space("public")}/presets");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await DoAsync("light and dark");
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await DoAsync("sign out");
        await Expect(page.GetByLabel("Password")).ToBeVisibleAsync();
        await page.Context.CloseAsync();

        async Task DoAsync(string what)
        {
            await Expect(page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
            await page.Locator("body").PressAsync("Control+k");
            await page.GetByTestId("palette").FillAsync(what);
            await Expect(page.Locator("#palette-0")).ToContainTextAsync(what, new() { IgnoreCase = true });
            await page.GetByTestId("palette").PressAsync("Enter");
        }
    }

    [Fact]
    public async Task Signing_out_everywhere_else_ends_the_other_browser()
    {
        var summary = await stack.SummaryAsync();
        var (page, other) = (await chromium.NewPageAsync(), await chromium.NewPageAsync());
        await other.SignInAsync(await page.JoinAsync(summary, "viewer"));
        await page.VisitAsync(summary, "/account");
        await page.GetByTestId("end-others").ClickAsync();
        await page.GetByTestId("sure").ClickAsync();
        await Expect(page.GetByTestId("sessions").Locator("tbody tr")).ToHaveCountAsync(1);
        await other.GotoAsync($"{summary.Portal}/o/{summary.Organization}");
        await Expect(other.GetByLabel("Password")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
        await other.Context.CloseAsync();
    }
}
