using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class FocalPickerTests : ComponentTest
{
    [Fact]
    public async Task Keys_move_the_mark_up_to_the_edge_and_it_is_saved_once()
    {
        List<FocalPoint?> saved = [];
        var picker = Render<FocalPicker>(with => with.Add(one => one.Organization, "acme").Add(one => one.Asset, Asset() with { FocalPoint = new(0.96, 0.5) })
            .Add(one => one.Changed, saved.Add));
        var frame = picker.WaitForElement("[data-testid=focal]");
        for (var press = 0; press < 3; press++) await frame.KeyDownAsync("ArrowRight");
        await frame.KeyDownAsync("ArrowUp");
        saved.ShouldBeEmpty();
        picker.Find(".focal-mark").GetAttribute("style").ShouldBe("left:100%;top:48%");
        await frame.KeyDownAsync("Enter");
        await frame.BlurAsync();
        saved.ShouldBe([new FocalPoint(1, 0.48)]);
    }

    [Fact]
    public async Task Who_is_pretended_sends_what_his_browser_would_and_is_asked_for_a_width_only_where_it_counts()
    {
        IReadOnlyDictionary<string, string> sent = new Dictionary<string, string>(StringComparer.Ordinal);
        var chooser = Render<PretendChooser>(with => with.Add(one => one.Draft, new OperationsDraft { Width = 800 })
            .Add(one => one.Changed, headers => sent = headers));
        chooser.FindAll("[data-testid=pretend-width]").ShouldBeEmpty();
        chooser.Render(with => with.Add(one => one.Draft, new OperationsDraft { AutoWidth = true }));
        await chooser.InvokeAsync(() => chooser.Find("[data-testid=pretend-width]").InputAsync("333"));
        await chooser.InvokeAsync(() => chooser.FindComponents<MudBlazor.MudSelect<double>>()[0].Instance.ValueChanged.InvokeAsync(2));
        (sent["Width"], sent["DPR"], sent.ContainsKey("Save-Data")).ShouldBe(("666", "2", false));
    }
}
