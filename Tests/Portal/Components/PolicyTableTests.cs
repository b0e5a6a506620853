using System.Text.Json;
using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class PolicyTableTests : ComponentTest
{
    [Fact]
    public async Task Each_value_is_told_with_who_set_it_and_when_and_what_is_overridden_is_grey()
    {
        Api.Answers("GET /v1/organizations/acme/policies", Policy(700, "organization", "ana@acme.example"));
        Api.Answers("GET /v1/organizations/acme/tenants/website/policies", Policy(600, "tenant", null));
        await SignInAsync(new Level("acme"), "policy:write");
        var table = Render<PolicyTable>(with => with.Add(one => one.At, new Level("acme", "website")));
        var (upper, lower) = (table.WaitForElement("[data-testid=variant_budget-organization]"), table.Find("[data-testid=variant_budget-tenant]"));
        upper.QuerySelector("div")!.TextContent.ShouldStartWith("by ana@acme.example, ");
        lower.QuerySelector("div")!.TextContent.ShouldStartWith("set ");
        (upper.QuerySelector("span")!.ClassName, lower.QuerySelector("span")!.ClassName).ShouldBe(("off", "policy-own"));
    }

    private static string Policy(int value, string level, string? by) => JsonSerializer.Serialize(new
    {
        items = new[]
        {
            new
            {
                key = "variant_budget", value, effective = value, @default = 1000, source = new { level, slug = "acme" }, locked = false,
                updatedAt = "2026-06-10T00:00:00Z", updatedBy = by, description = "Budget",
            },
        },
    });
}
