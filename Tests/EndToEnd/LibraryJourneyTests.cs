using System.Net;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Npgsql;
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
    private const int Shown = 48;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_hundred_of_two_thousand_images_are_found_chosen_and_retagged_and_an_undo_gives_each_what_it_had()
    {
        var summary = await stack.SummaryAsync();
        Assert.SkipUnless(stack.IsStartedHere && OperatingSystem.IsLinux(),
            "The images are written into the database of a stack that this run started; its address is read from the Api's process under /proc.");
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var space = $"shelf-{Random.Shared.Next(1_000_000_000)}";
        var spaces = $"/v1/organizations/{summary.Organization}/tenants/{summary.Tenant}/spaces";
        (await caller.PostAsync(spaces, new { slug = space, name = "Shelf", defaultAccess = "public" }).ShouldBe(HttpStatusCode.Created)).Dispose();
        using var uploaded = await caller.UploadAsync(Pictures.Jpeg(320, 240, Random.Shared.Next()), summary.Tenant, space, "first.jpg")
            .ShouldBe(HttpStatusCode.Created);
        await CopyAsync((await uploaded.JsonAsync())["contentHash"].Text());

        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, $"/o/{summary.Organization}/{summary.Tenant}/{space}");
        await Expect(page.GetByTestId("count")).ToContainTextAsync("2,000 images");
        await page.GetByTestId("search").FillAsync("spring");
        await Expect(page.GetByTestId("count")).ToContainTextAsync("200 images");
        var onSale = await page.GetByTitle("Only images tagged sale").CountAsync();

        await page.GetByTestId("choose").First.CheckAsync();
        await page.GetByTestId("choose-matching").ClickAsync();
        await Expect(page.GetByTestId("selection")).ToContainTextAsync("200 chosen");
        await page.GetByTestId("bulk-tag").ClickAsync();
        var tags = page.GetByRole(AriaRole.Textbox, new() { Name = "Tags to add" });
        await Expect(tags).ToBeFocusedAsync(); // who opens a dialog types on
        await tags.FillAsync("sale");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("200 images are tagged")).ToBeVisibleAsync();
        await Expect(page.GetByTitle("Only images tagged sale")).ToHaveCountAsync(Shown);
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
        await Expect(page).ToHaveURLAsync($"{summary.Portal}/o/{summary.Organization}/{summary.Tenant}/{space}/trash");
        await page.Context.CloseAsync();

        async Task<int> CountAsync(string tag)
        {
            using var counted = await caller.GetAsync($"/v1/assets/facets?tenant={summary.Tenant}&space={space}&tag={tag}").ShouldBe(HttpStatusCode.OK);
            return (int)(await counted.JsonAsync())["assets"]!;
        }
    }

    /// <summary>Rows beside the one that is there, without objects: their pictures stay away. Every tenth is called spring, every 50th is on sale.</summary>
    private async Task CopyAsync(string contentHash)
    {
        await using var registry = new NpgsqlConnection(await stack.RegistryAsync(Ct));
        await registry.OpenAsync(Ct);
        await using var copy = new NpgsqlCommand(
            """
            WITH source AS (SELECT * FROM assets WHERE content_hash = @hash),
            copied AS (
                INSERT INTO assets (id, organization_id, tenant_id, space_id, current_version, content_hash, filename, folder, tags, access,
                    variant_generation, is_duplicate, uploaded_at, updated_at)
                SELECT gen_random_uuid(), organization_id, tenant_id, space_id, 1, lpad(to_hex(n), 64, '0'),
                    CASE WHEN n % 10 = 1 THEN 'spring ' ELSE 'winter ' END || n || '.jpg', '/',
                    CASE WHEN n % 50 = 1 THEN ARRAY['sale'] ELSE ARRAY[]::text[] END, access, 0, false, now() - n * interval '1 second', now()
                FROM source, generate_series(1, @count) AS n RETURNING id, content_hash)
            INSERT INTO asset_versions
            SELECT (jsonb_populate_record(original, jsonb_build_object('id', gen_random_uuid(), 'asset_id', copied.id,
                'content_hash', copied.content_hash, 'storage_key', original.storage_key || '-' || copied.content_hash))).*
            FROM copied, source JOIN asset_versions AS original ON original.asset_id = source.id
            """, registry);
        copy.Parameters.AddWithValue("hash", contentHash);
        copy.Parameters.AddWithValue("count", All - 1);
        (await copy.ExecuteNonQueryAsync(Ct)).ShouldBe(All - 1);
    }
}
