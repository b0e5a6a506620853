using System.Net;
using System.Text.RegularExpressions;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using OtpNet;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>Webhooks, roles, the second factor and the identity provider.</summary>
[Trait("Level", "EndToEnd")]
public sealed class AdministrationJourneyTests(RunningStack stack, Chromium chromium)
{
    [Fact]
    public async Task A_webhook_is_made_what_became_of_its_delivery_is_told_and_it_is_delivered_again()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var address = $"https://localhost/hook-{Random.Shared.Next(1_000_000_000)}";
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, $"/o/{summary.Organization}/webhooks");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a webhook" }).ClickAsync();
        await page.GetByLabel("Address", new() { Exact = true }).FillAsync(address);
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Add", Exact = true }).ClickAsync();
        (await page.GetByTestId("secret").TextContentAsync()).ShouldNotBeNullOrWhiteSpace();
        await page.GetByTestId("stored").ClickAsync();

        (await caller.UploadAsync(Pictures.Jpeg(200, 100, Random.Shared.Next()), summary.Tenant, summary.Spaces["public"], "told.jpg")
            .ShouldBe(HttpStatusCode.Created)).Dispose();
        await page.GetByRole(AriaRole.Link, new() { Name = address }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync(address);

        // No event leaves for an address inside: the reason stands beside the delivery, and beside the webhook in the list.
        var delivery = page.GetByRole(AriaRole.Row).Filter(new() { HasText = "asset.uploaded" }).First;
        await AgainUntilAsync(page, delivery.Filter(new() { HasText = "public address" }));
        await delivery.GetByRole(AriaRole.Button, new() { Name = "Deliver again: an image was uploaded" }).ClickAsync();
        await Expect(page.GetByText("It is delivered again")).ToBeVisibleAsync();
        await AgainUntilAsync(page, delivery.Locator("td.number").Filter(new() { HasTextRegex = Count("[2-9]") }));
        await page.VisitAsync(summary, $"/o/{summary.Organization}/webhooks");
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = address })).ToContainTextAsync("public address");

        await page.GetByRole(AriaRole.Link, new() { Name = address }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete", Exact = true }).ClickAsync();
        await page.GetByTestId("sure").ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Webhooks");
        await Expect(page.GetByText(address)).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Who_gets_another_role_finds_its_controls_and_who_turns_on_a_second_factor_signs_in_by_code_or_recovery_code()
    {
        var summary = await stack.SummaryAsync();
        var (owner, page) = (await chromium.NewPageAsync(), await chromium.NewPageAsync());
        await owner.SignInAsync(summary);
        var member = await page.JoinAsync(summary, "viewer");
        await page.VisitAsync(summary, summary.Space("public"));
        await page.GetByTestId("tile").First.WaitForAsync();
        await Expect(page.GetByTestId("fetch")).ToHaveCountAsync(0);

        await owner.VisitAsync(summary, $"/o/{summary.Organization}/members");
        await owner.GetByLabel($"Role of {member.PortalUser}").ClickAsync();
        await owner.GetByRole(AriaRole.Option, new() { Name = "editor", Exact = true }).ClickAsync();
        await Expect(owner.GetByText($"{member.PortalUser} is editor now")).ToBeVisibleAsync();
        await page.VisitAsync(summary, summary.Space("public"));
        await Expect(page.GetByTestId("fetch")).ToBeVisibleAsync();

        await page.VisitAsync(summary, "/account");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set one up" }).ClickAsync();
        var secret = Base32Encoding.ToBytes((await page.Locator("code.secret").TextContentAsync()).ShouldNotBeNull().Trim());
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync("000000");
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        await Expect(page.GetByText("code", new() { Exact = false }).And(page.Locator(".mud-snackbar *"))).Not.ToHaveCountAsync(0);
        await page.GetByLabel("Code", new() { Exact = true }).FillAsync(CodeOf(secret));
        await page.GetByRole(AriaRole.Button, new() { Name = "Confirm" }).ClickAsync();
        var recovery = (await page.GetByTestId("secret").TextContentAsync()).ShouldNotBeNull().Split("  ")[0].Trim();
        await page.GetByTestId("stored").ClickAsync();
        await Expect(page.GetByText("recovery codes left")).ToBeVisibleAsync();

        // A code works once, so the next one: a step ahead is still taken.
        await SignInAgainAsync(CodeOf(secret, steps: 1));
        await SignInAgainAsync(recovery);
        await page.VisitAsync(summary, "/account");
        await Expect(page.GetByText("9 recovery codes left")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
        await owner.Context.CloseAsync();

        async Task SignInAgainAsync(string code)
        {
            await page.GetByTestId("account-menu").ClickAsync();
            await page.GetByTestId("sign-out").ClickAsync();
            await page.GetByLabel("E-mail address").FillAsync(member.PortalUser);
            await page.GetByLabel("Password").FillAsync(member.PortalPassword);
            await page.Keyboard.PressAsync("Enter");
            await Expect(page.Locator("h1")).ToHaveTextAsync("One more step");
            await page.GetByLabel("Code").FillAsync(code);
            await page.Keyboard.PressAsync("Enter");
            await page.InteractiveAsync();
        }
    }

    [Fact]
    public async Task An_identity_provider_is_saved_a_refusal_is_told_in_words_and_its_sign_in_page_offers_it()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, $"/o/{summary.Organization}/identity");
        await page.GetByLabel("Issuer").FillAsync("login.example.com");
        await page.GetByLabel("Client id").FillAsync("portal");
        await page.GetByLabel("Client secret").FillAsync("a secret of the provider");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page.GetByText("https", new() { Exact = false }).And(page.Locator(".mud-snackbar *")).First).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Client id")).ToHaveValueAsync("portal");

        await page.GetByLabel("Issuer").FillAsync("https://login.invalid");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page.GetByText("Saved", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove", Exact = true }).ClickAsync();
        await page.GetByTestId("sure").ClickAsync();
        await Expect(page.GetByText("The provider is removed")).ToBeVisibleAsync();
        await Expect(page.GetByLabel("Issuer")).ToHaveValueAsync("");
        await page.Context.CloseAsync();
    }

    private static Regex Count(string pattern) => new($"^{pattern}$", RegexOptions.None, TimeSpan.FromSeconds(1));

    private static string CodeOf(byte[] secret, int steps = 0) => new Totp(secret).ComputeTotp(DateTime.UtcNow.AddSeconds(30 * steps));

    /// <summary>Loads the page anew until something is on it.</summary>
    private static Task AgainUntilAsync(IPage page, ILocator there) => Eventually.HoldsAsync(
        async () =>
        {
            await page.ReloadAsync();
            await page.InteractiveAsync();
            await page.LoadedAsync();
            return await there.CountAsync() > 0;
        },
        TimeSpan.FromSeconds(60));
}
