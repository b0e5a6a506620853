using System.Text.Json;
using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using MudBlazor;
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

    [Fact]
    public async Task Taking_one_back_tells_what_will_hold_and_what_that_does_before_it_is_done()
    {
        Api.Answers("GET /v1/organizations/acme/policies", Policy(700, "organization", "ana@acme.example"));
        Api.Answers("GET /v1/organizations/acme/tenants/website/policies", Policy(600, "tenant", null));
        Api.Answers("DELETE ", """{"staleVariants":3,"newVariants":0,"bytes":3000,"cpuMs":10}""");
        await SignInAsync(new Level("acme"), "policy:write");
        var dialogs = Render<MudDialogProvider>();
        var table = Render<PolicyTable>(with => with.Add(one => one.At, new Level("acme", "website")));
        table.WaitForElement("[data-testid=variant_budget-tenant]");
        var asked = table.InvokeAsync(() => table.Find("[aria-label^='Take back']").ClickAsync());
        dialogs.WaitForAssertion(() => dialogs.Find("[data-testid=policy-effect]").TextContent.ShouldStartWith("3 stored images become stale"));
        var difference = dialogs.Find("[data-testid=policy-difference]");
        (difference.QuerySelector(".off")!.TextContent, difference.QuerySelector("strong")!.TextContent).ShouldBe(("600", "700"));
        difference.TextContent.ShouldContain("what the organization sets holds then");
        Api.Calls.Any(IsTakenBack).ShouldBeFalse();

        await dialogs.InvokeAsync(() => dialogs.Find("[data-testid=sure]").ClickAsync());
        await asked;
        Api.Calls.Any(IsTakenBack).ShouldBeTrue();
    }

    private static bool IsTakenBack((string Line, string Body) call) => call.Line == "DELETE /v1/organizations/acme/tenants/website/policies/variant_budget";

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
