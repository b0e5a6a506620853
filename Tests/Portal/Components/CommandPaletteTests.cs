using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Workspaces;
using MudBlazor;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class CommandPaletteTests : ComponentTest
{
    [Fact]
    public async Task Words_find_what_begins_with_them_first_and_enter_goes_where_the_arrows_stopped()
    {
        var (drawn, dialog) = await OpenPaletteAsync();
        await TypeAsync(drawn, "palette", "pr");
        drawn.WaitForAssertion(() => Names(drawn).First().ShouldBe("Presets"));
        Names(drawn).ShouldContain("Product photos");
        Names(drawn).ShouldNotContain("Trash");
        var field = drawn.Find("[data-testid=palette]");
        await field.KeyDownAsync("ArrowUp"); // over the top to the last
        await field.KeyDownAsync("ArrowDown");
        await field.KeyDownAsync("Enter");
        (await dialog.Result)!.Data.ShouldBe("/o/acme/website/photos/presets");
    }

    [Fact]
    public async Task Images_found_for_words_that_are_no_longer_there_are_not_shown()
    {
        var late = new TaskCompletionSource<string?>();
        var rest = Api.Answer;
        Api.Answer = (line, body) => line.Contains("q=old", StringComparison.Ordinal) ? late.Task
            : line.Contains("q=new", StringComparison.Ordinal) ? Task.FromResult<string?>(Json([Asset("new")])) : rest(line, body);
        var (drawn, _) = await OpenPaletteAsync();
        await TypeAsync(drawn, "palette", "old");
        drawn.WaitForAssertion(() => Api.Calls.ShouldContain(call => call.Line.Contains("q=old", StringComparison.Ordinal)));
        await TypeAsync(drawn, "palette", "new");
        drawn.WaitForAssertion(() => Names(drawn).ShouldBe(["new.jpg"]));
        late.SetResult(Json([Asset("old")]));
        await drawn.InvokeAsync(() => { });
        Names(drawn).ShouldBe(["new.jpg"]);
    }

    [Theory]
    [InlineData("new pre", "/o/acme/website/photos/presets?new=true")]
    [InlineData("dark", PaletteAction.SwitchTheme)]
    [InlineData("sign out", PaletteAction.SignOut)]
    public async Task What_can_be_done_here_is_found_beside_the_pages(string words, object what)
    {
        var (drawn, dialog) = await OpenPaletteAsync("image:read", "image:write", "preset:write");
        await TypeAsync(drawn, "palette", words);
        drawn.WaitForAssertion(() => Names(drawn).First().ShouldContain(words, Case.Insensitive));
        await drawn.InvokeAsync(() => drawn.Find("[data-testid=palette]").KeyDownAsync("Enter"));
        (await dialog.Result)!.Data.ShouldBe(what);
    }

    [Theory]
    [InlineData("upload", "Upload images", "photos")]
    [InlineData("upload images to dra", "Upload images to Drafts", "drafts")]
    public async Task Files_are_chosen_where_one_is_for_this_space_and_for_any_other(string words, string first, string space)
    {
        var (drawn, dialog) = await OpenPaletteAsync("image:read", "image:write");
        await TypeAsync(drawn, "palette", words);
        drawn.WaitForAssertion(() => Names(drawn).First().ShouldBe(first));
        await drawn.InvokeAsync(() => drawn.Find("[data-testid=palette]").KeyDownAsync("Enter"));
        (await dialog.Result)!.Data.ShouldBe(new Level("acme", "website", space));
    }

    [Fact]
    public async Task What_a_role_may_not_do_is_not_offered()
    {
        var (drawn, _) = await OpenPaletteAsync("image:read");
        Names(drawn).ShouldNotContain("Upload images");
        Names(drawn).ShouldNotContain("New preset");
        Names(drawn).ShouldContain("Sign out");
    }

    private Task<(IRenderedComponent<MudDialogProvider> Drawn, IDialogReference Dialog)> OpenPaletteAsync() =>
        OpenPaletteAsync("image:read", "preset:read", "image:delete");

    private async Task<(IRenderedComponent<MudDialogProvider> Drawn, IDialogReference Dialog)> OpenPaletteAsync(params string[] scopes)
    {
        Api.Answers("GET /v1/organizations/acme/tenants", """{"items":[{"slug":"website","name":"Website"}]}""");
        Api.Answers("GET /v1/organizations/acme/tenants/website/spaces",
            """{"items":[{"slug":"photos","name":"Product photos","defaultAccess":"public"},{"slug":"drafts","name":"Drafts","defaultAccess":"public"}]}""");
        await SignInAsync(new("acme"), scopes);
        return await OpenAsync(new DialogParameters<CommandPalette> { { one => one.At, Photos } });
    }

    private static IEnumerable<string> Names(IRenderedComponent<MudDialogProvider> drawn) =>
        drawn.FindAll("[role=option] span:first-of-type").Select(name => name.TextContent);
}
