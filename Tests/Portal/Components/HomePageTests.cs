using System.Text.Json;
using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Pages.Organization;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class HomePageTests : ComponentTest
{
    [Fact]
    public async Task Refused_signatures_and_webhooks_that_fail_or_are_off_need_attention()
    {
        Places();
        Api.Answers("GET /v1/organizations/acme/signature-report", """{"items":[{"tenant":"website","space":"photos","count":5,"refused":1200}]}""");
        Api.Answers("GET /v1/organizations/acme/webhooks", JsonSerializer.Serialize(new
        {
            items = new[]
            {
                Webhook("https://a.example", true, null), Webhook("https://b.example", true, "The endpoint answered 500."),
                Webhook("https://c.example", false, null),
            },
        }));
        (await AttentionAsync()).ShouldBe(
            ["1,200 requests were refused for the signature in Website / Photos this week",
                "The webhook to https://b.example fails: The endpoint answered 500.",
                "The webhook to https://c.example is off"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_report_of_signatures_that_cannot_be_read_is_no_sign_of_peace()
    {
        Places();
        Api.Answers("GET /v1/organizations/acme/webhooks", """{"items":[]}""");
        (await AttentionAsync()).ShouldBe(["Refused signatures cannot be told: Not Found"]);
    }

    private static object Webhook(string url, bool enabled, string? lastError) => new
    {
        id = Guid.CreateVersion7(), url, events = new[] { "asset.uploaded" }, tenant = (string?)null, enabled, lastError, createdAt = "2026-06-01T00:00:00Z",
    };

    private void Places()
    {
        Api.Answers("GET /v1/organizations/acme/tenants", JsonSerializer.Serialize(
            new { items = new[] { new { id = Guid.Empty, slug = "website", name = "Website" } } }));
        Api.Answers("GET /v1/organizations/acme/tenants/website/spaces", JsonSerializer.Serialize(
            new { items = new[] { new { id = Guid.Empty, slug = "photos", name = "Photos", tenant = "website", defaultAccess = "private" } } }));
    }

    private async Task<IReadOnlyList<string>> AttentionAsync()
    {
        await SignInAsync(new Level("acme"), "tenant:write", "key:write", "audit:read");
        var page = Render<HomePage>(with => with.Add(one => one.Organization, "acme"));
        return [.. page.WaitForElements("section[aria-label='Needs attention'] li").Select(line => line.TextContent)];
    }
}
