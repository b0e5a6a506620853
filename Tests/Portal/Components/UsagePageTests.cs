using System.Text.Json;
using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Pages.Organization;
using ImageService.Portal.Components.Shared;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class UsagePageTests : ComponentTest
{
    [Fact]
    public async Task A_quota_that_the_month_will_not_keep_at_its_pace_is_marked_and_what_does_not_grow_is_not_foretold()
    {
        // A third of June is over: 400 requests become 1,200.
        Api.Answers("GET /v1/organizations/acme/usage", Usage(requests: 400, storage: 900));
        Api.Answers("GET /v1/organizations/acme/policies", JsonSerializer.Serialize(new
        {
            items = new[]
        {
            Quota("quota_requests_per_month", 1000), Quota("quota_storage_bytes", 1000), Quota("quota_transforms_per_month", null),
        }
        }));
        await SignInAsync(new Level("acme"));
        var page = Render<UsagePage>(with => with.Add(one => one.Organization, "acme"));
        var rows = page.WaitForElements("[data-testid=quotas] tbody tr");
        rows.Select(row => row.QuerySelectorAll("td")[3].TextContent).ShouldBe(["1,200", "900 B"]);
        rows.Select(row => row.QuerySelectorAll("td")[3].ClassList.Contains("bad")).ShouldBe([true, false]);
        rows[0].QuerySelector(".meter span")!.GetAttribute("style").ShouldBe("width:40%");
    }

    [Fact]
    public async Task Ones_own_price_stays_when_the_figures_change_and_more_than_the_originals_is_no_saving()
    {
        var ledger = Render<ByteLedger>(with => with.Add(one => one.Sent, 250_000_000).Add(one => one.Originals, 1_000_000_000)
            .Add(one => one.Price, 0.08m).Add(one => one.Currency, "EUR"));
        ledger.Find("tr:last-child").TextContent.ShouldBe("Saved750 MB (75 %)0.06 EUR");
        await ledger.InvokeAsync(() => ledger.Find("[data-testid=ledger-price]").InputAsync("10"));
        ledger.Render(with => with.Add(one => one.Sent, 1_500_000_000).Add(one => one.Price, 0.09m));
        ledger.Find("tr:last-child").TextContent.ShouldBe("Sent beyond the originals500 MB (50 %)5.00 EUR");
    }

    private static object Quota(string key, int? value) => new
    {
        key, value, effective = value, @default = (int?)null, source = new { level = "organization", slug = "acme" }, locked = false, description = "",
    };

    private static string Usage(long requests, long storage) => JsonSerializer.Serialize(new
    {
        from = "2026-06-01T00:00:00Z", to = "2026-06-11T00:00:00Z",
        items = new[]
        {
            new
            {
                date = "2026-06-02", requests, bandwidthBytes = 0, storageBytes = storage, transforms = 0, transformCpuMs = 0, memoryHits = 0, redisHits = 0,
                storageHits = 0, misses = 0, originalBytes = 0, errors = 0,
            },
        },
    });
}
