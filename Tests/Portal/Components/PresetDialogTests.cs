using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using MudBlazor;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class PresetDialogTests : ComponentTest
{
    private const string Effect = """{"staleVariants":1,"newVariants":0,"bytes":3000,"cpuMs":10}""";

    [Fact]
    public async Task What_saving_would_do_is_told_while_the_pictures_are_still_being_made()
    {
        Api.Answers("GET ", Json([Asset()]));
        Api.Answers("PUT ", Effect);
        var making = Module.Setup<OperationsFault?>("faultOf", static _ => true);
        var (drawn, _) = await OpenPresetAsync();
        Type(drawn, "preset-operations", "w_78");
        drawn.WaitForAssertion(() => Text(drawn, "preset-effect").ShouldStartWith("1 stored image becomes stale"));
        drawn.FindAll(".previews img").ShouldBeEmpty();

        making.SetResult(null);
        drawn.WaitForAssertion(() => drawn.FindAll(".previews img").Count.ShouldBe(1));
    }

    [Fact]
    public async Task What_the_service_refuses_is_told_and_asked_for_again()
    {
        var (drawn, _) = await OpenPresetAsync();
        drawn.WaitForAssertion(() => Text(drawn, "preset-effect").ShouldBe("Not Found"));
        drawn.Find("p.fault").TextContent.ShouldBe("Not Found");

        Api.Answers("GET ", Json([Asset()]));
        Api.Answers("PUT ", Effect);
        await drawn.InvokeAsync(() => drawn.FindAll("button").Single(button => button.TextContent == "Try again").ClickAsync());
        drawn.WaitForAssertion(() => Text(drawn, "preset-effect").ShouldStartWith("1 stored image becomes stale"));
        drawn.FindAll("p.fault").ShouldBeEmpty();
    }

    [Fact]
    public async Task Nothing_is_asked_while_somebody_types_on()
    {
        Api.Answers("GET ", Json([]));
        Api.Answers("PUT ", Effect);
        var (drawn, _) = await OpenPresetAsync();
        drawn.WaitForAssertion(() => Text(drawn, "preset-effect").ShouldStartWith("1 stored image"));
        Api.Calls.Clear();
        _ = drawn.InvokeAsync(() => drawn.Find("[data-testid=preset-operations]").InputAsync("w_7"));
        Type(drawn, "preset-operations", "w_78");
        drawn.WaitForAssertion(() => Api.Calls.Count.ShouldBe(1));
        Api.Calls.Single().Body.ShouldContain("w_78");
    }

    [Fact]
    public async Task What_was_typed_is_asked_for_though_the_field_was_left_at_once()
    {
        Api.Answers("GET ", Json([]));
        Api.Answers("PUT ", Effect);
        var (drawn, _) = await OpenPresetAsync();
        drawn.WaitForAssertion(() => Text(drawn, "preset-effect").ShouldStartWith("1 stored image"));
        Api.Calls.Clear();
        _ = drawn.InvokeAsync(() => drawn.Find("[data-testid=preset-operations]").InputAsync("w_78"));
        await drawn.InvokeAsync(() => drawn.Find("[data-testid=preset-operations]").BlurAsync());
        _ = drawn.InvokeAsync(() => Clock.Advance(TimeSpan.FromSeconds(1)));
        drawn.WaitForAssertion(() => Api.Calls.Count.ShouldBe(1));
        Api.Calls.Single().Body.ShouldContain("w_78");
    }

    private static string Text(IRenderedComponent<MudDialogProvider> drawn, string field) => drawn.Find($"[data-testid={field}]").TextContent;

    // Not waited for: a field's answer is done once nobody has typed on for a while.
    private void Type(IRenderedComponent<MudDialogProvider> drawn, string field, string text)
    {
        _ = drawn.InvokeAsync(() => drawn.Find($"[data-testid={field}]").InputAsync(text));
        _ = drawn.InvokeAsync(() => Clock.Advance(TimeSpan.FromSeconds(1)));
    }

    private Task<(IRenderedComponent<MudDialogProvider> Drawn, IDialogReference Dialog)> OpenPresetAsync()
    {
        var preset = Read<PresetResponse>(new
        {
            id = Guid.Empty, slug = "card", name = "Card", operations = "w_77", level = "space", revision = 1, autoGenerate = false,
            matchTags = Array.Empty<string>(), matchFolders = Array.Empty<string>(), updatedAt = "2026-06-01T00:00:00Z",
        });
        return OpenAsync(new DialogParameters<PresetDialog> { { one => one.At, Photos }, { one => one.Preset, preset } });
    }
}
