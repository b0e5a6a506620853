using System.Globalization;
using System.Text.Json;
using Bunit;
using ImageService.Portal.Components.Shared;
using ImageService.Portal.Images;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

public sealed class SelectionBarTests : ComponentTest
{
    private readonly List<JsonElement> _asked = [];

    public SelectionBarTests() => Api.Answer = (_, body) =>
    {
        var request = JsonDocument.Parse(body).RootElement;
        _asked.Add(request);
        var ids = request.GetProperty("ids").EnumerateArray().Select(id => id.GetString()!);
        return Task.FromResult<string?>(JsonSerializer.Serialize(new
        {
            items = ids.Select(id => new { id, ok = id != "held", detail = id == "held" ? "It is locked." : null }), succeeded = 0, failed = 0,
        }));
    };

    [Fact]
    public async Task Many_go_in_several_requests_and_so_does_their_undo_and_what_was_refused_is_told()
    {
        var bar = await DrawAsync([.. Enumerable.Range(0, 249).Select(number => Asset(number.ToString(CultureInfo.InvariantCulture))), Asset("held")]);
        await Button(bar, "Make private").ClickAsync();
        _asked.Select(request => request.GetProperty("ids").GetArrayLength()).ShouldBe([100, 100, 50]);
        Snackbars.Select(bar => bar.Message).ShouldBe(["1 not private: It is locked.", "249 images are private"]);

        _asked.Clear();
        await UndoAsync();
        _asked.Select(request => request.GetProperty("access").GetString()).Distinct(StringComparer.Ordinal).ShouldBe(["public"]);
        _asked.Sum(request => request.GetProperty("ids").GetArrayLength()).ShouldBe(249);
    }

    [Fact]
    public async Task An_undo_gives_each_what_it_had_and_not_the_same_to_all()
    {
        var bar = await DrawAsync([Asset("none", "/a"), Asset("some", "/b", "sale"), Asset("all", "/b", "sale", "new")]);
        await SayAsync(bar, "bulk-tag", "sale, new");
        _asked.Clear();
        await UndoAsync();
        Asked("untag", "tags").ShouldBe(["none: sale,new", "some: new"], ignoreOrder: true);

        await SayAsync(bar, "bulk-move", "/b");
        _asked.Clear();
        await UndoAsync();
        Asked("move", "folder").ShouldBe(["none: /a"]);
    }

    [Fact]
    public async Task More_than_is_shown_can_be_chosen_as_far_as_one_action_takes_it()
    {
        var bar = await DrawAsync([Asset()]);
        bar.FindAll("[data-testid=choose-matching]").ShouldBeEmpty();
        bar.Render(with => with.Add(one => one.Matching, 200));
        bar.Find("[data-testid=choose-matching]").TextContent.ShouldBe("All 200");
        bar.Render(with => with.Add(one => one.Matching, 100_000));
        bar.Find("[data-testid=choose-matching]").TextContent.ShouldBe("First 5,000 of 100,000");
    }

    private IEnumerable<Snackbar> Snackbars => Services.GetRequiredService<ISnackbar>().ShownSnackbars;

    private async Task<IRenderedComponent<SelectionBar>> DrawAsync(ImageService.Portal.Client.AssetResponse[] assets)
    {
        var answer = Api.Answer;
        await SignInAsync(Photos, "image:write");
        var me = Api.Answer;
        Api.Answer = (line, body) => line.StartsWith("GET", StringComparison.Ordinal) ? me(line, body) : answer(line, body);
        return Render<SelectionBar>(with => with.Add(one => one.At, Photos).Add(one => one.Chosen, [.. assets.Select(ChosenImage.Of)])
            .Add(one => one.Shown, assets.Length).Add(one => one.Matching, assets.Length));
    }

    private async Task SayAsync(IRenderedComponent<SelectionBar> bar, string button, string text)
    {
        var dialogs = Render<MudDialogProvider>();
        var pressed = bar.InvokeAsync(() => bar.Find($"[data-testid={button}]").ClickAsync());
        await dialogs.WaitForElement("input").InputAsync(text);
        await dialogs.InvokeAsync(() => dialogs.Find("[data-testid=dialog-ok]").ClickAsync());
        await pressed;
    }

    private async Task UndoAsync()
    {
        var told = Render<MudSnackbarProvider>();
        await told.InvokeAsync(() => told.FindAll(".mud-snackbar-content-action button").Last(button => button.TextContent == "Undo").ClickAsync());
    }

    private IEnumerable<string> Asked(string action, string member)
    {
        _asked.ShouldAllBe(request => request.GetProperty("action").GetString() == action);
        return _asked.Select(request => $"{string.Join(',', request.GetProperty("ids").EnumerateArray())}: {Text(request.GetProperty(member))}");

        static string Text(JsonElement value) => value.ValueKind == JsonValueKind.Array ? string.Join(',', value.EnumerateArray()) : value.GetString()!;
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<SelectionBar> bar, string text) =>
        bar.FindAll("button").Single(button => button.TextContent.Trim() == text);
}
