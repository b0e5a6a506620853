using System.Text.Json.Nodes;
using AngleSharp.Dom;
using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Shared;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

/// <summary>An image's details while the image itself changes.</summary>
public sealed class AssetDetailsTests : ComponentTest
{
    private readonly List<string> _sent = [];

    [Fact]
    public async Task What_is_typed_and_not_saved_stays_when_the_image_changes_otherwise_and_the_other_fields_follow()
    {
        var details = Draw(Asset("a", "/", "old"));
        await Field(details, "Name").ChangeAsync("typed.jpg");
        Show(details, Asset("a", "/moved", "old") with { FocalPoint = new FocalPoint(0.2, 0.3) });
        Field(details, "Name").GetAttribute("value").ShouldBe("typed.jpg");
        Field(details, "Folder").GetAttribute("value").ShouldBe("/moved");
        Show(details, Asset("a", "/moved", "old") with { Version = 3 });
        await details.InvokeAsync(() => details.Find("[data-testid=save]").ClickAsync());
        _sent.ShouldBe(["""{"filename":"typed.jpg"}"""]);
    }

    [Fact]
    public async Task What_is_saved_is_shown_as_the_service_wrote_it_and_needs_no_saving_again()
    {
        var details = Draw(Asset("a"), saved: Asset("a", "/shoes"));
        await Field(details, "Folder").ChangeAsync("shoes/");
        await details.InvokeAsync(() => details.Find("[data-testid=save]").ClickAsync());
        Show(details, Asset("a", "/shoes"));
        Field(details, "Folder").GetAttribute("value").ShouldBe("/shoes");
        details.Find("[data-testid=save]").HasAttribute("disabled").ShouldBeTrue();
    }

    [Fact]
    public async Task Another_image_is_shown_with_its_own_details()
    {
        var details = Draw(Asset("a"));
        await Field(details, "Name").ChangeAsync("typed.jpg");
        Show(details, Asset("b"));
        Field(details, "Name").GetAttribute("value").ShouldBe("b.jpg");
    }

    private IRenderedComponent<AssetDetails> Draw(AssetResponse asset, AssetResponse? saved = null) =>
        Render<AssetDetails>(with => with.Add(one => one.Asset, asset).Add(one => one.May, true).Add(one => one.Save, Save(saved)));

    private Func<JsonObject, Task<AssetResponse?>> Save(AssetResponse? saved) => patch =>
    {
        _sent.Add(patch.ToJsonString());
        return Task.FromResult(saved);
    };

    private static void Show(IRenderedComponent<AssetDetails> details, AssetResponse asset) => details.Render(with => with.Add(one => one.Asset, asset));

    private static IElement Field(IRenderedComponent<AssetDetails> details, string label)
    {
        var named = details.FindAll("label").Single(one => one.TextContent == label).GetAttribute("for");
        return details.Find($"[id='{named}']");
    }
}
