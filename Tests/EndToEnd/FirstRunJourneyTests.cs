using System.Net;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>A new owner's first minutes: from the link of an invitation to an address that answers.</summary>
[Trait("Level", "EndToEnd")]
public sealed class FirstRunJourneyTests(RunningStack stack, Chromium chromium)
{
    [Fact]
    public async Task A_new_owner_comes_from_an_invitation_to_the_first_copied_address()
    {
        var summary = await stack.SummaryAsync();
        var slug = $"n{Random.Shared.Next(1_000_000_000)}";
        using var platform = new Caller(new Uri(summary.Api), summary.PlatformKey);
        using var created = await platform.PostAsync("/v1/organizations", new { slug, name = "New shop" }).ShouldBe(HttpStatusCode.Created);
        using var owner = new Caller(new Uri(summary.Api), (string)(await created.JsonAsync())["apiKey"]!);
        using var invited = await owner.PostAsync($"/v1/organizations/{slug}/members", new { email = $"{slug}@example.com", role = "owner" })
            .ShouldBe(HttpStatusCode.Created);

        var page = await chromium.NewPageAsync();
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.GotoAsync((string)(await invited.JsonAsync())["invitationUrl"]!);
        await page.GetByLabel("Your name").FillAsync("Nora New");
        await page.GetByLabel("Password").FillAsync("a few words to remember");
        await page.GetByRole(AriaRole.Button, new() { Name = "Join" }).ClickAsync();
        await page.InteractiveAsync();

        // What is missing stands on the first page until it is done.
        await Expect(page.GetByTestId("checklist")).ToContainTextAsync("Make a tenant");
        await page.GetByTestId("setup-open").ClickAsync();
        await page.GetByTestId("setup-tenant").FillAsync("My shop");
        await page.GetByTestId("setup-tenant-make").ClickAsync();
        await Expect(page.GetByTestId("step-1")).ToHaveAttributeAsync("data-done", "true");
        await page.GetByTestId("setup-space").FillAsync("Product photos");
        await page.GetByTestId("setup-space-make").ClickAsync();
        await Expect(page.GetByTestId("step-2")).ToHaveAttributeAsync("data-done", "true");
        await page.GetByTestId("setup-file").SetInputFilesAsync(
            new FilePayload { Name = "first.jpg", MimeType = "image/jpeg", Buffer = Pictures.Jpeg(640, 480, Random.Shared.Next()) });

        // Nobody reloads: the page hears that the image is in.
        await Expect(page.GetByTestId("step-3")).ToHaveAttributeAsync("data-done", "true");
        var step = page.GetByTestId("step-4");
        await step.GetByTestId("copy").ClickAsync();
        await Expect(page.GetByText("Copied", new() { Exact = true })).ToBeVisibleAsync();
        var address = await page.EvaluateAsync<string>("navigator.clipboard.readText()");
        address.ShouldContain($"/v1/pub/{slug}/my-shop/product-photos/img/");
        using var anybody = new Caller(new Uri(summary.Api), null);
        using var image = await anybody.GetAsync(address).ShouldBe(HttpStatusCode.OK);
        Pictures.Size(await image.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Width.ShouldBe(640);
        await Expect(step).ToHaveAttributeAsync("data-done", "true");

        // The key came with the organization, and was used for the invitation: that is written half a minute later.
        await Eventually.HoldsAsync(
            async () =>
            {
                using var keys = await owner.GetAsync($"/v1/organizations/{slug}/api-keys").ShouldBe(HttpStatusCode.OK);
                return (await keys.JsonAsync())["items"]!.AsArray().Any(static key => key!["lastUsedAt"] is not null);
            },
            TimeSpan.FromSeconds(60));
        await page.VisitAsync(summary, $"/o/{slug}/setup");
        await Expect(page.GetByText("Everything is there")).ToBeVisibleAsync();
        await page.VisitAsync(summary, $"/o/{slug}");
        await Expect(page.GetByTestId("layers")).ToBeVisibleAsync();
        await Expect(page.GetByTestId("checklist")).ToHaveCountAsync(0);
        await page.Context.CloseAsync();
    }
}
