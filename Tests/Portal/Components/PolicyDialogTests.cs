using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using MudBlazor;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class PolicyDialogTests : ComponentTest
{
    [Fact]
    public async Task What_is_in_force_and_what_would_be_stand_side_by_side_and_what_is_no_number_cannot_be_saved()
    {
        Api.Answers("PUT ", """{"staleVariants":3,"newVariants":0,"bytes":3000,"cpuMs":10}""");
        var (drawn, dialog) = await OpenPolicyAsync(new Level("acme"));
        await TypeAsync(drawn, "policy-value", "ten");
        drawn.WaitForAssertion(() => drawn.Find("[data-testid=policy-difference] strong").TextContent.ShouldBe("?"));
        drawn.Find("[data-testid=policy-save]").HasAttribute("disabled").ShouldBeTrue();

        await TypeAsync(drawn, "policy-value", "700");
        drawn.WaitForAssertion(() => drawn.Find("[data-testid=policy-effect]").TextContent.ShouldStartWith("3 stored images become stale"));
        drawn.Find("[data-testid=policy-difference] .off").TextContent.ShouldBe("500");
        drawn.Find("[data-testid=policy-difference] strong").TextContent.ShouldBe("700");
        await drawn.InvokeAsync(() => drawn.Find("[data-testid=policy-save]").ClickAsync());
        var request = (await dialog.Result)!.Data.ShouldBeOfType<SetPolicyRequest>();
        (request.Value.GetInt32(), request.Locked).ShouldBe((700, false));
    }

    [Fact]
    public async Task What_a_value_would_have_done_that_is_no_longer_there_is_not_told()
    {
        var late = new TaskCompletionSource<string?>();
        Api.Answer = (_, body) => body.Contains("600", StringComparison.Ordinal)
            ? late.Task : Task.FromResult<string?>("""{"staleVariants":0,"newVariants":0,"bytes":0,"cpuMs":0}""");
        var (drawn, _) = await OpenPolicyAsync(Photos);
        drawn.Find("input[type=checkbox]").HasAttribute("disabled").ShouldBeTrue("there is no level below a space to lock it for");
        await TypeAsync(drawn, "policy-value", "600");
        drawn.WaitForAssertion(() => Api.Calls.Count.ShouldBe(1));
        await TypeAsync(drawn, "policy-value", "800");
        drawn.WaitForAssertion(() => drawn.Find("[data-testid=policy-effect]").TextContent.ShouldBe("No stored image changes."));
        late.SetResult("""{"staleVariants":9,"newVariants":0,"bytes":0,"cpuMs":0}""");
        await drawn.InvokeAsync(() => { });
        drawn.Find("[data-testid=policy-effect]").TextContent.ShouldBe("No stored image changes.");
    }

    [Fact]
    public async Task A_policy_of_a_few_words_is_chosen_in_a_persons_words()
    {
        var source = new { level = "default", slug = (string?)null };
        var policy = Read<PolicyResponse>(
            new { key = "signing_mode", value = (string?)null, effective = "enforce", @default = "enforce", source, locked = false, description = "Signed" });
        var (drawn, _) = await OpenAsync(new DialogParameters<PolicyDialog> { { one => one.Policy, policy }, { one => one.At, Photos } });
        drawn.Find("[role=combobox]").TextContent.ShouldBe("needed");
        drawn.Find("[data-testid=policy-difference] strong").TextContent.ShouldBe("needed");
    }

    private Task<(IRenderedComponent<MudDialogProvider> Drawn, IDialogReference Dialog)> OpenPolicyAsync(Level at)
    {
        var source = new { level = "organization", slug = "acme" };
        var policy = Read<PolicyResponse>(
            new { key = "variant_budget", value = (int?)null, effective = 500, @default = 1000, source, locked = false, description = "Budget" });
        return OpenAsync(new DialogParameters<PolicyDialog> { { one => one.Policy, policy }, { one => one.At, at } });
    }
}
