using System.Text.Json;
using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Pages.Space;
using MudBlazor;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class TrashPageTests : ComponentTest
{
    [Fact]
    public async Task What_was_restored_is_deleted_again_by_undo_and_what_was_not_stays()
    {
        Api.Answers("GET /v1/assets?", Json([Asset("a"), Asset("b")]));
        Api.Answers("POST /v1/assets/bulk", JsonSerializer.Serialize(new
        {
            items = new[]
            {
                new { id = "a", ok = true, code = (string?)null, detail = (string?)null },
                new { id = "b", ok = false, code = (string?)"x", detail = (string?)"Gone." },
            },
            succeeded = 1, failed = 1,
        }));
        await SignInAsync(Photos, "image:read", "image:write", "image:delete");
        var told = Render<MudSnackbarProvider>();
        var page = Render<TrashPage>(with => with.Add(one => one.Organization, "acme").Add(one => one.Tenant, "website").Add(one => one.Space, "photos"));
        foreach (var place in (int[])[0, 1])
            await page.WaitForElements("[data-testid=choose]")[place].ChangeAsync(true);
        await page.InvokeAsync(() => page.Find("[data-testid=restore-chosen]").ClickAsync());
        await told.WaitForElement(".mud-snackbar-content-action button").ClickAsync();
        page.WaitForAssertion(() => Sent.Select(body => (body.Action, string.Join(',', body.Ids))).ShouldBe([("restore", "a,b"), ("delete", "a")]));
    }

    private IEnumerable<BulkRequest> Sent => Api.Calls.Where(call => call.Line == "POST /v1/assets/bulk")
        .Select(call => JsonSerializer.Deserialize<BulkRequest>(call.Body, JsonSerializerOptions.Web)!);
}
