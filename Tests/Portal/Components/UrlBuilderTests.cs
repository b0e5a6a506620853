using Bunit;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using MudBlazor;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class UrlBuilderTests : ComponentTest
{
    private OperationsDraft _said = new();

    [Fact]
    public async Task A_preset_stands_alone_with_the_format_and_start_over_leaves_the_original()
    {
        var builder = Draw(new OperationsDraft { Width = 800, Greyscale = true, Format = "webp" });
        await builder.InvokeAsync(() => builder.FindComponents<MudSelect<string>>()[0].Instance.ValueChanged.InvokeAsync("card"));
        _said.FileName("jpg").ShouldBe("preset_card.webp");
        await builder.InvokeAsync(() => builder.Find("[data-testid=reset]").ClickAsync());
        _said.FileName("jpg").ShouldBe("original.jpg");
    }

    [Fact]
    public async Task Of_two_quick_changes_the_second_builds_on_the_first_and_a_width_by_the_browser_closes_the_field()
    {
        var builder = Draw(new OperationsDraft { Width = 800 });
        await builder.InvokeAsync(() => builder.Find("[data-testid=height]").InputAsync("600"));
        await builder.InvokeAsync(() => builder.Find("[data-testid=format-avif]").ClickAsync());
        _said.FileName("jpg").ShouldBe("w_800-h_600.avif");
        await builder.InvokeAsync(() => builder.Find("[data-testid=auto-width]").ChangeAsync(true));
        _said.FileName("jpg").ShouldBe("w_auto-h_600.avif");
        builder.Find("[data-testid=width]").HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public async Task A_level_of_quality_takes_the_numbers_place_and_gives_it_back()
    {
        var builder = Draw(new OperationsDraft { Width = 800, Quality = 60 });
        builder.Markup.ShouldContain("Quality 60");
        foreach (var (level, said) in ((string, string)[])[("eco", "w_800-q_eco.jpg"), ("auto", "w_800-q_auto.jpg")])
        {
            await builder.InvokeAsync(() => builder.Find($"[data-testid=quality-{level}]").ClickAsync());
            _said.FileName("jpg").ShouldBe(said);
            builder.Markup.ShouldNotContain("Quality 60");
            OperationsDraft.Read(said).ShouldNotBeNull().QualityLevel.ShouldBe(level);
        }

        await builder.InvokeAsync(() => builder.Find("[data-testid=quality-number]").ClickAsync());
        _said.FileName("jpg").ShouldBe("w_800-q_60.jpg");
    }

    [Fact]
    public async Task What_cannot_be_a_value_is_said_at_its_field_and_not_in_the_address()
    {
        var builder = Draw(new OperationsDraft { Width = 800 });
        foreach (var panel in builder.FindAll(".mud-expand-panel-header")) await panel.ClickAsync();
        await TypeAsync(builder, "operation-ar", "wide");
        builder.WaitForAssertion(() => builder.Markup.ShouldContain("such as 16:9"));
        _said.FileName("jpg").ShouldNotContain("wide");
        await TypeAsync(builder, "operation-ar", "4:3");
        builder.WaitForAssertion(() => _said.FileName("jpg").ShouldBe("w_800-ar_4:3.jpg"));
    }

    /// <summary>The page around it does not draw again: what is said is kept beside it.</summary>
    private IRenderedComponent<UrlBuilder> Draw(OperationsDraft draft) =>
        Render<UrlBuilder>(with => with.Add(one => one.Asset, Asset()).Add(one => one.Draft, draft).Add(one => one.DraftChanged, said => _said = said));
}
