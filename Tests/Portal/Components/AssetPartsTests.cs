using System.Text.Json;
using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using MudBlazor;
using ImageService.Tests.Support;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class AssetPartsTests : ComponentTest
{
    [Fact]
    public async Task A_variant_is_opened_told_of_and_dropped_alone()
    {
        Api.Answers("GET /v1/assets/01A/variants", JsonSerializer.Serialize(
            new { items = new[] { Variant("fmt_jpg-w_80", "2026-06-10T00:00:00Z"), Variant("fmt_jpg-w_90", null) } }));
        Api.Answers("POST /v1/invalidations", """{"variants":1,"assets":1}""");
        await SignInAsync(Photos, "image:write");
        var dialogs = Render<MudDialogProvider>();
        var table = Render<VariantTable>(with => with.Add(one => one.Organization, "acme").Add(one => one.Asset, Asset()));
        var rows = table.WaitForElements("[data-testid=variants] tbody tr");
        rows[0].QuerySelector("[data-testid=variant-open]")!.GetAttribute("href").ShouldBe("http://api.example/fmt_jpg-w_80?view=1");
        rows.Select(row => row.QuerySelectorAll("td")[2].TextContent.Trim()).ShouldBe(["3 ×1 day ago", "3 ×never read"]);

        var pressed = table.InvokeAsync(() => table.Find("[data-testid=variant-drop]").ClickAsync(new()));
        await dialogs.WaitForElement("[data-testid=sure]").ClickAsync(new());
        await pressed;
        JsonDocument.Parse(Api.Calls.Single(call => call.Line.StartsWith("POST /v1/invalidations", StringComparison.Ordinal)).Body).RootElement
            .ShouldSatisfyAllConditions(
                body => body.GetProperty("asset").GetString().ShouldBe("01A"),
                body => body.GetProperty("version").GetInt32().ShouldBe(1),
                body => body.GetProperty("operations").GetString().ShouldBe("fmt_jpg-w_80"));
    }

    [Fact]
    public async Task A_variant_whose_address_cannot_be_signed_says_why()
    {
        Api.Answers("GET /v1/assets/01A/variants", JsonSerializer.Serialize(new { items = new[] { Variant("fmt_jpg-w_80", null) } }));
        await SignInAsync(Photos, "image:read");
        var table = Render<VariantTable>(with => with.Add(one => one.Organization, "acme").Add(one => one.Asset, Asset() with { Access = "private" }));
        await Probe.UntilAsync(
            async () =>
            {
                await table.InvokeAsync(() => Clock.Advance(TimeSpan.FromMilliseconds(10))); // the first to ask waits for others
                return table.FindAll("[data-testid=variant-unsigned]").Count > 0;
            },
            "why it has no address is told");
        table.Find("[data-testid=variant-unsigned]").TextContent.ShouldBe("No address: Not Found", "as the Api says it");
        table.FindAll("[data-testid=variant-open]").ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_done_to_an_image_is_told_from_the_audit_log()
    {
        Api.Answers("GET /v1/organizations/acme/audit-logs", JsonSerializer.Serialize(new
        {
            items = new[]
            {
                new
                {
                    id = Guid.Empty, sequence = 7, at = "2026-06-10T00:00:00Z", actor = new { type = "user", id = (Guid?)null, name = "ana@acme.example" },
                    action = "asset.updated", resource = new { type = "asset", id = "01A" }, ip = (string?)null, before = new { folder = "/a" },
                    after = new { folder = "/b" },
                },
            },
        }));
        await SignInAsync(new Level("acme"), "audit:read");
        var list = Render<ActivityList>(with => with.Add(one => one.Organization, "acme").Add(one => one.Resource, "asset/01A"));
        list.WaitForElement("[data-testid=activity] li").TextContent.ShouldSatisfyAllConditions(
            text => text.Trim().ShouldStartWith("Image updated asset.updated by ana@acme.example"),
            text => text.ShouldContain("folder: /a → /b"));
        Api.Calls.Last().Line.ShouldContain("resource=asset%2F01A");
    }

    private static object Variant(string operations, string? lastAccessedAt) => new
    {
        version = 1, operations, format = "jpg", width = 80, height = 60, sizeBytes = 900, tier = "hot", preset = (string?)null,
        url = $"http://api.example/{operations}", createdAt = "2026-06-01T00:00:00Z", lastAccessedAt, accessCount = 3,
    };
}
