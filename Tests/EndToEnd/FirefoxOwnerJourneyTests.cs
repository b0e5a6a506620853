using System.Net;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>The ways that people take most, in Firefox: how they come in, what they may, and an owner's work.</summary>
[Trait("Level", "EndToEnd")]
public sealed class FirefoxOwnerJourneyTests(RunningStack stack, Firefox firefox)
{
    [Fact]
    public async Task A_new_owner_comes_from_an_invitation_to_the_first_copied_address()
    {
        var summary = await stack.SummaryAsync();
        var slug = $"fox{Random.Shared.Next(1_000_000_000)}";
        using var platform = new Caller(new Uri(summary.Api), summary.PlatformKey);
        using var created = await platform.PostAsync("/v1/organizations", new { slug, name = "Fox shop" }).ShouldBe(HttpStatusCode.Created);
        using var owner = new Caller(new Uri(summary.Api), (string)(await created.JsonAsync())["apiKey"]!);
        using var invited = await owner.PostAsync($"/v1/organizations/{slug}/members", new { email = $"{slug}@example.com", role = "owner" })
            .ShouldBe(HttpStatusCode.Created);
        var page = await firefox.NewPageAsync();
        await JoinAsync(page, (string)(await invited.JsonAsync())["invitationUrl"]!);
        await page.GetByTestId("setup-open").ClickAsync();
        await page.GetByTestId("setup-tenant").FillAsync("My shop");
        await page.GetByTestId("setup-tenant-make").ClickAsync();
        await Expect(page.GetByTestId("step-1")).ToHaveAttributeAsync("data-done", "true");
        await page.GetByTestId("setup-space").FillAsync("Product photos");
        await page.GetByTestId("setup-space-make").ClickAsync();
        await Expect(page.GetByTestId("step-2")).ToHaveAttributeAsync("data-done", "true");
        await page.GetByTestId("setup-file").SetInputFilesAsync(
            new FilePayload { Name = "first.jpg", MimeType = "image/jpeg", Buffer = Pictures.Jpeg(640, 480, Random.Shared.Next()) });
        await Expect(page.GetByTestId("step-3")).ToHaveAttributeAsync("data-done", "true");
        await page.GetByTestId("step-4").GetByTestId("copy").ClickAsync();
        await Expect(page.GetByText("Copied", new() { Exact = true })).ToBeVisibleAsync();
        var address = (await page.GetByTestId("step-4").GetByTestId("url").TextContentAsync()).ShouldNotBeNull();
        address.ShouldContain($"/v1/pub/{slug}/my-shop/product-photos/img/");
        using var anybody = new Caller(new Uri(summary.Api), null);
        (await anybody.GetAsync(address).ShouldBe(HttpStatusCode.OK)).Dispose();
        await Expect(page.GetByTestId("step-4")).ToHaveAttributeAsync("data-done", "true");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Keys_are_rotated_and_a_policy_is_changed_with_its_difference_shown()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var name = $"Fox {Guid.CreateVersion7():n}";
        using var made = await caller.PostAsync($"/v1/organizations/{summary.Organization}/api-keys", new { name, scopes = (string[])["image:read"] })
            .ShouldBe(HttpStatusCode.Created);
        var page = await firefox.OwnersPageAsync(summary);
        await page.VisitAsync(summary, $"/o/{summary.Organization}/api-keys");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Rotate {name}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Rotate, old ends at once" }).ClickAsync();
        using var renewed = new Caller(new Uri(summary.Api), (await page.GetByTestId("secret").TextContentAsync()).ShouldNotBeNull());
        await page.GetByTestId("stored").ClickAsync();
        (await renewed.GetAsync("/v1/assets?limit=1").ShouldBe(HttpStatusCode.OK)).Dispose();
        using var old = new Caller(new Uri(summary.Api), (string)(await made.JsonAsync())["key"]!);
        (await old.GetAsync("/v1/assets?limit=1").ShouldBe(HttpStatusCode.Unauthorized)).Dispose();

        await page.GoAsync($"/o/{summary.Organization}/signing-keys");
        var keys = page.GetByTestId($"signing-keys-{summary.Tenant}").Locator("tbody tr");
        await keys.First.WaitForAsync();
        var before = await keys.CountAsync();
        await page.GetByTestId($"rotate-{summary.Tenant}").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Rotate", Exact = true }).ClickAsync();
        await page.GetByTestId("secret").WaitForAsync();
        await page.GetByTestId("stored").ClickAsync();
        await Expect(keys).ToHaveCountAsync(before + 1);
        (await caller.GetAsync(summary.SignedUrl).ShouldBe(HttpStatusCode.OK)).Dispose();

        await page.GoAsync(summary.Space("private") + "/policies");
        var budget = $"{Random.Shared.Next(700, 800)}";
        await page.GetByTestId("edit-variant_budget").ClickAsync();
        await page.GetByTestId("policy-value").FillAsync(budget);
        await Expect(page.GetByTestId("policy-difference").Locator("strong")).ToHaveTextAsync(budget);
        await page.GetByTestId("policy-save").ClickAsync();
        await Expect(page.GetByTestId("variant_budget-space").Locator(".policy-own")).ToHaveTextAsync(budget);
    }

    [Fact]
    public async Task A_viewer_sees_private_images_ends_all_other_sessions_and_signs_in_again_by_the_keyboard_alone()
    {
        var summary = await stack.SummaryAsync();
        using var anybody = new Caller(new Uri(summary.Api), apiKey: null);
        var page = await firefox.NewPageAsync();
        var viewer = await page.JoinAsync(summary, "viewer");
        using var elsewhere = await anybody.PostAsync("/v1/sessions", new { email = viewer.PortalUser, password = viewer.PortalPassword })
            .ShouldBe(HttpStatusCode.Created);
        var token = $"Bearer {(await elsewhere.JsonAsync())["token"].Text()}";
        (await anybody.GetAsync("/v1/me", ("Authorization", token)).ShouldBe(HttpStatusCode.OK)).Dispose();
        await page.GoAsync(summary.Space("private"));
        await page.WaitForFunctionAsync("() => document.querySelector('[data-testid=tile] img')?.naturalWidth > 0");
        await Expect(page.GetByTestId("fetch")).ToHaveCountAsync(0);

        await page.GoAsync("/account");
        await page.GetByTestId("end-others").ClickAsync();
        await page.GetByTestId("sure").ClickAsync();
        await Expect(page.GetByTestId("sessions").Locator("tbody tr")).ToHaveCountAsync(1);
        (await anybody.GetAsync("/v1/me", ("Authorization", token)).ShouldBe(HttpStatusCode.Unauthorized)).Dispose();

        await page.GetByTestId("account-menu").ClickAsync();
        await page.GetByTestId("sign-out").ClickAsync();
        await Expect(page.GetByLabel("E-mail address")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync(viewer.PortalUser);
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(viewer.PortalPassword);
        await page.Keyboard.PressAsync("Enter");
        await page.InteractiveAsync();
        await page.Keyboard.PressAsync("Control+k");
        await Expect(page.GetByTestId("palette")).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("usage");
        await Expect(page.GetByRole(AriaRole.Option).First).ToContainTextAsync("Usage");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("h1")).ToHaveTextAsync("Usage");
        await page.Context.CloseAsync();
    }

    private static async Task JoinAsync(IPage page, string invitation)
    {
        await page.GotoAsync(invitation);
        await page.GetByLabel("Your name").FillAsync("Nora New");
        await page.GetByLabel("Password").FillAsync("a few words to remember");
        await page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await page.InteractiveAsync();
    }
}
