using System.Text.Json;
using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Pages.Organization;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class AuditPageTests : ComponentTest
{
    [Fact]
    public async Task A_line_tells_who_did_what_to_which_in_words_with_the_codes_small_beside()
    {
        Api.Answers("GET /v1/organizations/acme/audit-logs", JsonSerializer.Serialize(new
        {
            items = new[]
            {
                new
                {
                    id = Guid.Empty, sequence = 7, at = "2026-06-10T00:00:00Z", actor = new { type = "api_key", id = (Guid?)null, name = "shop" },
                    action = "asset_version.deleted", resource = new { type = "asset_version", id = "01A/v2" }, ip = (string?)null,
                    before = new { deletedAt = (string?)null }, after = new { deletedAt = "2026-06-10" },
                },
            },
        }));
        await SignInAsync(new Level("acme"), "audit:read");
        var page = Render<AuditPage>(with => with.Add(one => one.Organization, "acme"));
        var cells = page.WaitForElements("[data-testid=audit] tbody td").Select(cell => cell.TextContent.Trim()).ToList();
        cells[2].ShouldBe("shopAPI key");
        cells[3].ShouldBe("Version of an image deletedasset_version.deleted");
        cells[4].ShouldBe("version of an image01A/v2");
        cells[5].ShouldContain("deleted at:");
    }
}
