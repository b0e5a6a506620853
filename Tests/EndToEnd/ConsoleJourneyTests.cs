using System.Net;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>What an owner sees of changes: before they are made, while they are made by others, and afterwards.</summary>
[Trait("Level", "EndToEnd")]
public sealed class ConsoleJourneyTests(RunningStack stack, Chromium chromium)
{
    [Fact]
    public async Task What_others_change_is_told_where_one_looks_and_a_folder_moves_with_everything_below()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var (tenant, space, folder) = (summary.Tenant, summary.Spaces["public"], $"/f{Random.Shared.Next(1_000_000_000)}");
        (await UploadAsync(caller, tenant, space, folder + "/deep", "one.jpg")).Dispose();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);

        // A folder that holds only folders says so.
        await page.VisitAsync(summary, $"{summary.Space("public")}?folder={Uri.EscapeDataString(folder)}");
        await Expect(page.GetByText("Only folders here")).ToBeVisibleAsync();
        await page.VisitAsync(summary, $"{summary.Space("public")}?folder={Uri.EscapeDataString(folder + "/deep")}");
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(1);
        (await UploadAsync(caller, tenant, space, folder + "/deep", "two.jpg")).Dispose();
        await page.GetByTestId("fresh").ClickAsync();
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(2);
        using var listed = await caller.GetAsync($"/v1/assets?tenant={tenant}&space={space}&folder={Uri.EscapeDataString(folder + "/deep")}")
            .ShouldBe(HttpStatusCode.OK);
        (await caller.DeleteAsync($"/v1/assets/{(string)(await listed.JsonAsync())["items"]![0]!["id"]!}").ShouldBe(HttpStatusCode.NoContent)).Dispose();
        await Expect(page.GetByTestId("tile")).ToHaveCountAsync(1);

        await page.VisitAsync(summary, $"{summary.Space("public")}?folder={Uri.EscapeDataString(folder)}");
        await page.GetByTestId("folder-move").ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Folder" }).FillAsync(folder + "-renamed");
        await page.GetByTestId("dialog-ok").ClickAsync();
        await Expect(page.GetByText($"1 image is in {folder}-renamed now")).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("-renamed", System.Text.RegularExpressions.RegexOptions.None,
            TimeSpan.FromSeconds(1)));

        // Trash shows what had a folder.
        await page.VisitAsync(summary, summary.Space("public") + "/trash");
        await Expect(page.GetByTestId("trash")).ToContainTextAsync(folder + "/deep");
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/o/acme")]
    public async Task An_address_on_a_customers_host_is_explained_though_it_does_not_say_whose_it_is(string room)
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var (tenant, space, host) = (summary.Tenant, summary.Spaces["public"], $"h{Random.Shared.Next(1_000_000_000)}.localhost");
        var place = $"/v1/organizations/{summary.Organization}/tenants/{tenant}/spaces/{space}";
        using var uploaded = await UploadAsync(caller, tenant, space, "/", $"o{Random.Shared.Next()}.jpg");
        var id = (string)(await uploaded.JsonAsync())["id"]!;
        var claimed = new { hostname = host, dialect = "cloudinary", allowUnsigned = true };
        (await caller.PostAsync($"{place}/hosts", claimed).ShouldBe(HttpStatusCode.Created)).Dispose();
        (await caller.PostAsync($"{place}/aliases", new { hostname = host, path = "shoes/one", asset = id }).ShouldBe(HttpStatusCode.Created)).Dispose();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);

        var old = $"https://{host}/demo/image/upload/c_fill,w_64,h_48/v1712345678/shoes/one.jpg";
        await page.VisitAsync(summary, $"{room}/explain?url={Uri.EscapeDataString(old)}");
        await Expect(page.GetByTestId("explained")).ToContainTextAsync(id);
        await Expect(page.GetByTestId("canonical")).ToContainTextAsync("w_64");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task What_a_change_would_do_is_told_before_saving_and_an_earlier_version_is_compared_and_restored()
    {
        var summary = await stack.SummaryAsync();
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var (tenant, space) = (summary.Tenant, summary.Spaces["public"]);
        using var uploaded = await UploadAsync(caller, tenant, space, "/", $"v{Random.Shared.Next()}.jpg");
        var asset = await uploaded.JsonAsync();
        var (id, slug) = ((string)asset["id"]!, $"e{Random.Shared.Next(1_000_000_000)}");
        var presets = $"/v1/organizations/{summary.Organization}/tenants/{tenant}/spaces/{space}/presets";
        (await caller.PostAsync(presets, new { slug, operations = "w_77" }).ShouldBe(HttpStatusCode.Created)).Dispose();
        (await caller.GetAsync($"/v1/pub/{summary.Organization}/{tenant}/{space}/img/{id}/v1/preset_{slug}.webp").ShouldBe(HttpStatusCode.OK)).Dispose();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("public") + "/presets");
        await page.GetByRole(AriaRole.Button, new() { Name = $"Change: {slug}" }).ClickAsync();
        await page.GetByTestId("preset-operations").FillAsync("w_78");
        await Expect(page.GetByTestId("preset-effect")).ToContainTextAsync("1 stored image becomes stale");
        await page.GetByTestId("preset-save").ClickAsync();
        await Expect(page.GetByTestId("presets")).ToContainTextAsync("w_78");
        await page.VisitAsync(summary, summary.Space("public") + "/policies");
        await page.GetByTestId("edit-cache_max_age_seconds").ClickAsync();
        await page.GetByTestId("policy-value").FillAsync("600");
        await Expect(page.GetByTestId("policy-effect")).ToHaveTextAsync("No stored image changes.");

        using var form = new MultipartFormDataContent { { new ByteArrayContent(Pictures.Jpeg(300, 200, Random.Shared.Next())), "file", "new.jpg" } };
        (await caller.SendAsync(HttpMethod.Put, $"/v1/assets/{id}/content", form).ShouldBe(HttpStatusCode.OK)).Dispose();
        await page.VisitAsync(summary, $"{summary.Space("public")}/i/{id}?tab=variants");
        await page.LoadedAsync(); // the list of variants above is as tall as it stays
        await page.GetByTestId("compare-version-1").ClickAsync();
        await page.GetByTestId("before-after").GetByRole(AriaRole.Slider).FillAsync("20");
        (await page.GetByTestId("before-after").EvaluateAsync<string>("figure => figure.style.getPropertyValue('--cut')")).ShouldBe("20%");
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).Last.ClickAsync();
        await page.GetByTestId("restore-version-1").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Restore", Exact = true }).ClickAsync();
        await Expect(page.GetByTestId("versions")).ToContainTextAsync("3 (shown)");

        // The focus is dragged and saved once, where it is let go; the space's presets follow.
        await page.VisitAsync(summary, $"{summary.Space("public")}/i/{id}?tab=focus");
        await page.Locator("[data-testid=focal][data-draggable]").WaitForAsync();
        await page.WaitForFunctionAsync("document.querySelector('[data-testid=focal] img').naturalWidth > 0");
        var box = (await page.GetByTestId("focal").BoundingBoxAsync()).ShouldNotBeNull();
        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        await page.Mouse.DownAsync();
        for (var step = 1; step <= 5; step++) await page.Mouse.MoveAsync(box.X + (box.Width * (0.5f - (0.06f * step))), box.Y + (box.Height * 0.5f));
        await page.Mouse.UpAsync();
        await Expect(page.GetByTestId("focal-value")).ToContainTextAsync("20 % from the left");
        await Expect(page.GetByTestId("focal-previews").GetByRole(AriaRole.Img, new() { Name = "Crop Card" })).ToBeVisibleAsync();
        using var lines = await caller.GetAsync($"/v1/organizations/{summary.Organization}/audit-logs?action=asset.updated&resource=asset/{id}")
            .ShouldBe(HttpStatusCode.OK);
        (await lines.JsonAsync())["items"]!.AsArray().Count.ShouldBe(1);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task An_owner_sees_the_jobs_and_the_demos_owner_the_installation_and_the_ledger_is_told_in_his_own_money()
    {
        var summary = await stack.SummaryAsync();
        using var anybody = new Caller(new Uri(summary.Api), null);
        (await anybody.GetAsync(summary.PublicUrl).ShouldBe(HttpStatusCode.OK)).Dispose();
        var page = await chromium.NewPageAsync();
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, "/system");
        await Expect(page.GetByTestId("system-checks")).ToContainTextAsync("Database");
        await Expect(page.GetByTestId("system-stores")).ToContainTextAsync("answers");
        await page.VisitAsync(summary, $"/o/{summary.Organization}/jobs");
        await page.GetByTestId("jobs-failed").WaitForAsync();
        await page.VisitAsync(summary, $"/o/{summary.Organization}/usage");
        await page.GetByTestId("ledger-price").FillAsync("1000");
        await Expect(page.GetByTestId("ledger")).ToContainTextAsync("USD");
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("usage-csv").ClickAsync());
        (await File.ReadAllLinesAsync(await download.PathAsync(), TestContext.Current.CancellationToken))[0].ShouldEndWith("originalBytes,errors");
        await page.VisitAsync(summary, $"/o/{summary.Organization}/audit");
        var export = await page.RunAndWaitForDownloadAsync(() => page.GetByTestId("audit-export").ClickAsync());
        (await File.ReadAllTextAsync(await export.PathAsync(), TestContext.Current.CancellationToken)).ShouldContain("\"action\":");
        await page.Context.CloseAsync();
    }

    private static Task<HttpResponseMessage> UploadAsync(Caller caller, string tenant, string space, string folder, string name) =>
        caller.UploadAsync(Pictures.Jpeg(320, 240, Random.Shared.Next()), tenant, space, name, ("folder", folder)).ShouldBe(HttpStatusCode.Created);
}
