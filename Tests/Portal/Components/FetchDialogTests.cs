using Bunit;
using ImageService.Portal.Components.Shared;
using MudBlazor;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class FetchDialogTests : ComponentTest
{
    [Fact]
    public async Task The_dialog_says_where_to_and_hands_the_addresses_over_to_the_browser()
    {
        var (drawn, dialog) = await OpenAsync(new DialogParameters<FetchDialog> { { one => one.At, Photos }, { one => one.Folder, "/shoes" } });
        var start = drawn.Find("[data-testid=fetch-start]");
        start.Attributes.Where(one => one.Name.StartsWith("data-", StringComparison.Ordinal) && one.Name != "data-testid")
            .Select(one => $"{one.Name}={one.Value}").ShouldBe(
                ["data-fetch=", "data-organization=acme", "data-tenant=website", "data-space=photos", "data-folder=/shoes"], ignoreOrder: true);
        start.Closest("[role=dialog]").ShouldNotBeNull("the script looks for the addresses there").QuerySelector("textarea").ShouldNotBeNull();

        await start.ClickAsync();
        dialog.Result.IsCompleted.ShouldBeFalse("there is nothing to fetch yet");
        await drawn.InvokeAsync(() => drawn.Find("textarea").InputAsync("https://example.com/a.jpg"));
        await drawn.InvokeAsync(() => drawn.Find("[data-testid=fetch-start]").ClickAsync());
        (await dialog.Result).ShouldNotBeNull();
        Api.Calls.ShouldBeEmpty();
    }
}
