using System.Text.RegularExpressions;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>What a tenant's person does in the portal, in a real browser against the running stack.</summary>
[Trait("Level", "EndToEnd")]
public sealed class PortalJourneyTests(RunningStack stack, Chromium chromium)
{
    [Fact]
    public async Task A_person_signs_in_uploads_a_photo_and_takes_its_url_in_another_size_and_format()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        var strangers = new List<string>();
        page.Request += (_, request) =>
        {
            var host = new Uri(request.Url).Host;
            if (host is not ("localhost" or "127.0.0.1") && !request.Url.StartsWith("data:", StringComparison.Ordinal)
                && !request.Url.StartsWith("blob:", StringComparison.Ordinal))
                strangers.Add(request.Url);
        };
        await page.SignInAsync(summary);
        await page.GetByTestId($"space-{summary.Spaces["public"]}").ClickAsync();
        await page.InteractiveAsync();

        var name = $"journey-{Guid.CreateVersion7():n}.jpg";
        await page.GetByTestId("file-input")
            .SetInputFilesAsync(new FilePayload { Name = name, MimeType = "image/jpeg", Buffer = Pictures.Jpeg(1600, 1200, Random.Shared.Next()) });
        await page.GetByTestId("tile").And(page.GetByTitle(name)).ClickAsync();

        await Expect(page.GetByTestId("asset-name")).ToHaveTextAsync(name);
        await page.GetByTestId("width").FillAsync("320");
        await page.GetByTestId("format-webp").ClickAsync();
        await Expect(page.GetByTestId("url")).ToContainTextAsync("w_320");
        await Expect(page.GetByTestId("preview-facts")).ToContainTextAsync("320 × 240");
        var url = (await page.GetByTestId("url").TextContentAsync()).ShouldNotBeNull();

        using var caller = new Caller(new Uri(summary.Api), apiKey: null);
        using var image = await caller.GetAsync(url).ShouldBe(System.Net.HttpStatusCode.OK);
        image.Content.Headers.ContentType!.MediaType.ShouldBe("image/webp");
        Pictures.Size(await image.Content.ReadAsByteArrayAsync()).ShouldBe((320, 240, 1));
        strangers.ShouldBeEmpty();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_private_image_is_previewed_by_a_signed_url()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.GetByTestId($"space-{summary.Spaces["private"]}").ClickAsync();
        await Expect(page).ToHaveURLAsync(summary.Portal + summary.Space("private")); // the page before has tiles, too
        await page.InteractiveAsync();
        await page.GetByTestId("tile").First.ClickAsync();
        await Expect(page.GetByTestId("url")).ToContainTextAsync("sig=");
        await Expect(page.GetByTestId("preview")).ToBeVisibleAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_person_walks_into_a_folder_and_deletes_an_old_version_for_good()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var folder = $"walk-{Guid.CreateVersion7():n}";
        using var uploaded =
            await caller.UploadAsync(Pictures.Jpeg(300, 200, Random.Shared.Next()), summary.Tenant, summary.Spaces["public"], "old.jpg",
                ("folder", $"/{folder}/inner"))
            .ShouldBe(System.Net.HttpStatusCode.Created);
        var id = (await uploaded.JsonAsync())["id"].Text();
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Pictures.Jpeg(300, 200, Random.Shared.Next())), "file", "new.jpg" } };
        (await caller.SendAsync(HttpMethod.Put, $"/v1/assets/{id}/content", form).ShouldBe(System.Net.HttpStatusCode.OK)).Dispose();

        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.GetByTestId($"space-{summary.Spaces["public"]}").ClickAsync();
        await page.InteractiveAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"{folder}, 1 image" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "inner, 1 image" }).ClickAsync();
        await page.GetByTestId("tile").And(page.GetByTitle("old.jpg")).ClickAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Variants" }).ClickAsync();
        await Expect(page.GetByTestId("versions").Locator("tbody tr")).ToHaveCountAsync(2);
        await page.GetByTestId("delete-version-1").ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Delete for good" }).ClickAsync();
        await Expect(page.GetByTestId("versions").Locator("tbody tr")).ToHaveCountAsync(1);
        using var versions = await caller.GetAsync($"/v1/assets/{id}/versions").ShouldBe(System.Net.HttpStatusCode.OK);
        (await versions.JsonAsync())["items"]!.AsArray().Count.ShouldBe(1);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task The_library_tells_what_nobody_asked_for_which_looking_does_not_change_and_the_address_keeps_the_question()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var tag = $"t{Guid.CreateVersion7():n}";
        using var uploaded = await caller.UploadAsync(Pictures.Jpeg(300, 200, Random.Shared.Next()), summary.Tenant, summary.Spaces["public"], "idle.jpg",
            ("tags", tag)).ShouldBe(System.Net.HttpStatusCode.Created);
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, $"{summary.Space("public")}?tag={tag}&sort=unused");
        await Expect(page.GetByTestId("tile")).ToContainTextAsync("never used");
        var picture = page.GetByTestId("tile").Locator("img");
        await Expect(picture).ToHaveAttributeAsync("src", new Regex("[?&]view=1$", RegexOptions.None, TimeSpan.FromSeconds(1)));

        var chip = page.GetByRole(AriaRole.Button, new() { Name = "Unused for 30 days", Exact = true });
        await chip.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("[?&]unused=30", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.ReloadAsync();
        await page.InteractiveAsync();
        await Expect(chip).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.GetByTestId("tile")).ToContainTextAsync("never used");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_wrong_password_is_told_and_nothing_is_shown_to_strangers()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync();
        await page.GotoAsync($"{summary.Portal}/o/{summary.Organization}/{summary.Tenant}/{summary.Spaces["public"]}");
        await Expect(page.GetByLabel("Password")).ToBeVisibleAsync();
        await page.GetByLabel("E-mail address").FillAsync("nobody@acme.example");
        await page.GetByLabel("Password").FillAsync("not the password");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        (await page.GetByTestId("tile").CountAsync()).ShouldBe(0);
        await page.Context.CloseAsync();
    }
}
