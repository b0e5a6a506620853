using System.Net;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>What an owner does.</summary>
[Trait("Level", "EndToEnd")]
public sealed class OwnerJourneyTests(RunningStack stack, Chromium chromium)
{
    [Fact]
    public async Task Keys_are_made_and_rotated_with_their_secrets_shown_once()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, $"/o/{summary.Organization}/api-keys");
        var name = $"Journey {Guid.CreateVersion7():n}";
        await page.GetByTestId("create-key").ClickAsync();
        await page.GetByTestId("key-name").FillAsync(name);
        await page.GetByTestId("key-create").ClickAsync();
        var first = (await page.GetByTestId("secret").TextContentAsync()).ShouldNotBeNull();
        await page.GetByTestId("stored").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Rotate {name}" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Rotate, old ends at once" }).ClickAsync();
        var second = (await page.GetByTestId("secret").Filter(new() { HasNotText = first }).TextContentAsync()).ShouldNotBeNull();
        await page.GetByTestId("stored").ClickAsync();
        using var old = new Caller(new Uri(summary.Api), first);
        using var renewed = new Caller(new Uri(summary.Api), second);
        (await old.GetAsync("/v1/assets?limit=1").ShouldBe(HttpStatusCode.Unauthorized)).Dispose();
        (await renewed.GetAsync("/v1/assets?limit=1").ShouldBe(HttpStatusCode.OK)).Dispose();

        await page.VisitAsync(summary, $"/o/{summary.Organization}/signing-keys");
        var keys = page.GetByTestId($"signing-keys-{summary.Tenant}").Locator("tbody tr");
        await keys.First.WaitForAsync();
        var before = await keys.CountAsync();
        await page.GetByTestId($"rotate-{summary.Tenant}").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Rotate", Exact = true }).ClickAsync();
        await page.GetByTestId("secret").WaitForAsync();
        await page.GetByTestId("stored").ClickAsync();
        await Expect(keys).ToHaveCountAsync(before + 1);
        using var signed = await renewed.GetAsync(summary.SignedUrl).ShouldBe(HttpStatusCode.OK);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_policy_is_changed_with_its_difference_shown_and_a_preset_is_made_that_images_follow()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("private") + "/policies");
        await page.GetByTestId("edit-variant_budget").ClickAsync();
        await page.GetByTestId("policy-value").FillAsync("777");
        await Expect(page.GetByTestId("policy-difference")).ToContainTextAsync("777");
        await page.GetByTestId("policy-save").ClickAsync();
        await Expect(page.GetByTestId("variant_budget-space").Locator(".policy-own")).ToHaveTextAsync("777");
        await Expect(page.GetByTestId("variant_budget-space")).ToContainTextAsync($"by {summary.PortalUser}, ");

        await page.VisitAsync(summary, summary.Space("public") + "/presets");
        var slug = $"j{Random.Shared.Next(1_000_000)}";
        await page.GetByTestId("new-preset").ClickAsync();
        await page.GetByTestId("preset-slug").FillAsync(slug);
        await page.GetByTestId("preset-operations").FillAsync("w_123-nonsense");
        await Expect(page.GetByTestId("preset-fault")).ToContainTextAsync("nonsense");
        await page.GetByTestId("preset-operations").FillAsync("w_123-bw");
        await Expect(page.GetByTestId("preset-fault")).ToHaveCountAsync(0);

        // The dialog grows while its button is pressed.
        var save = (await page.GetByTestId("preset-save").BoundingBoxAsync()).ShouldNotBeNull();
        await page.Mouse.MoveAsync(save.X + (save.Width / 2), save.Y + (save.Height / 2));
        await page.Mouse.DownAsync();
        await page.GetByRole(AriaRole.Dialog).EvaluateAsync("dialog => dialog.style.paddingTop = '160px'");
        await page.Mouse.UpAsync();
        await Expect(page.GetByTestId("presets")).ToContainTextAsync(slug);
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        using var asset = await caller.GetAsync($"/v1/assets?tenant={summary.Tenant}&space={summary.Spaces["public"]}&limit=100").ShouldBe(HttpStatusCode.OK);

        // Other journeys upload too, and nothing is enlarged.
        var wide = (await asset.JsonAsync())["items"]!.AsArray().First(item => (int)item!["width"]! >= 123);
        var url = (string)wide!["urls"]!["presets"]![slug]!;
        using var image = await caller.GetAsync(url).ShouldBe(HttpStatusCode.OK);
        Pictures.Size(await image.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Item1.ShouldBe(123);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_overlay_is_drawn_while_it_is_put_together_and_then_laid_over_images()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("public") + "/overlays");
        var slug = $"j{Random.Shared.Next(1_000_000)}";
        await page.GetByTestId("new-overlay").ClickAsync();
        await page.GetByTestId("overlay-slug").FillAsync(slug);
        var drawn = page.GetByTestId("overlay-preview");
        await Expect(drawn).ToBeVisibleAsync();
        var before = await drawn.GetAttributeAsync("src");
        await page.GetByTestId("element-text").FillAsync("{t1|Journey}");
        await Expect(drawn).Not.ToHaveAttributeAsync("src", before!);
        await page.GetByTestId("add-image").ClickAsync();
        await Expect(page.GetByTestId("overlay-fault")).ToContainTextAsync("elements[1].asset");
        await page.GetByTestId("overlay-element").Nth(1).GetByLabel("Remove").ClickAsync();
        await Expect(page.GetByTestId("overlay-fault")).ToHaveCountAsync(0);
        await page.GetByTestId("overlay-save").ClickAsync();
        await Expect(page.GetByTestId("overlays")).ToContainTextAsync($"o_{slug}");
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var plain = summary.PublicUrl[..summary.PublicUrl.LastIndexOf('/')];
        using var image = await caller.GetAsync($"{plain}/w_320-o_{slug}.jpg").ShouldBe(HttpStatusCode.OK);
        Pictures.Size(await image.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Item1.ShouldBe(320);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Several_images_are_found_tagged_deleted_and_brought_back()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var mark = $"m{Guid.CreateVersion7():n}";
        for (var i = 0; i < 3; i++)
            (await caller.UploadAsync(Pictures.Jpeg(200, 100, Random.Shared.Next()), summary.Tenant, summary.Spaces["public"], $"{mark} {i}.jpg")
                .ShouldBe(HttpStatusCode.Created)).Dispose();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("public"));

        // A space at the end of the words is typed and stays.
        await page.GetByTestId("search").FillAsync(mark + " ");
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(3);
        await Expect(page.GetByTestId("search")).ToHaveValueAsync(mark + " ");
        await page.GetByTestId("choose").First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "All shown" }).ClickAsync();
        await page.GetByTestId("bulk-tag").ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Tags to add" }).FillAsync("journey");
        await page.GetByTestId("dialog-ok").ClickAsync();
        await Expect(page.GetByTitle("Only images tagged journey")).ToHaveCountAsync(3);

        await page.GetByTestId("choose").First.CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "All shown" }).ClickAsync();
        await page.GetByTestId("bulk-delete").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete 3 images" }).ClickAsync();
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(0);
        await page.VisitAsync(summary, summary.Space("public") + "/trash");
        for (var i = 0; i < 3; i++) await page.GetByLabel($"Choose {mark} {i}.jpg").CheckAsync();
        await page.GetByTestId("restore-chosen").ClickAsync();
        await Expect(page.GetByText("3 restored")).ToBeVisibleAsync();
        await page.GoBackAsync();
        await page.InteractiveAsync();
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(3);
        await page.Context.CloseAsync();
    }
}
