using System.Globalization;
using AngleSharp.Dom;
using Bunit;
using ImageService.Portal.Client;
using ImageService.Portal.Components.Pages.Library;
using ImageService.Portal.Images;
using Microsoft.AspNetCore.Components;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

/// <summary>A long list of tiles as a browser and a screen reader get it.</summary>
public sealed class TileGridTests : ComponentTest
{
    private const int Many = 600;

    private readonly BunitJSModuleInterop _browser;
    private readonly Dictionary<string, ChosenImage> _chosen = new(StringComparer.Ordinal);
    private int _moved;

    public TileGridTests()
    {
        _browser = Module.SetupModule("watchTiles", _ => true);
        _browser.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public async Task Only_what_is_on_the_screen_and_a_little_beside_it_is_drawn_and_each_says_which_of_how_many_it_is()
    {
        var grid = Draw();
        Indices(grid).ShouldBe(Enumerable.Range(1, 40));
        await SeenAsync(grid, firstRow: 50);
        Indices(grid).ShouldBe(Enumerable.Range(241, 40));
        grid.Find("ul").GetAttribute("style").ShouldBe("padding-top:12000px;padding-bottom:21000px");
        grid.FindAll("li").ShouldAllBe(tile => tile.GetAttribute("aria-setsize") == "100000");
        grid.FindAll("[data-testid=tile]").Select(tile => tile.GetAttribute("title")).First().ShouldBe("240.jpg");
        _moved.ShouldBe(1);
        await SeenAsync(grid, firstRow: 50);
        _moved.ShouldBe(1, "nothing moved");
    }

    [Fact]
    public async Task The_tile_with_the_focus_stays_where_it_is_however_far_one_scrolls()
    {
        var grid = Draw();
        await SeenAsync(grid, firstRow: 0, focused: 7);
        await SeenAsync(grid, firstRow: 50, focused: 7);
        Indices(grid).ShouldBe(Enumerable.Range(241, 40).Prepend(8));
        grid.Find("li.held").GetAttribute("style").ShouldBe("top:250px");
        await SeenAsync(grid, firstRow: 0, focused: 7);
        grid.FindAll("li.held").ShouldBeEmpty();
        await SeenAsync(grid, firstRow: 50);
        Indices(grid).ShouldBe(Enumerable.Range(241, 40), "it has it no more");
    }

    [Fact]
    public async Task A_tile_that_is_chosen_far_from_what_is_drawn_is_chosen_when_it_is_drawn()
    {
        _chosen["500"] = ChosenImage.Of(Asset("500"));
        var grid = Draw();
        grid.FindAll(".chosen").ShouldBeEmpty();
        await SeenAsync(grid, firstRow: 98);
        grid.Find(".chosen [data-testid=tile]").GetAttribute("title").ShouldBe("500.jpg");
    }

    [Fact]
    public async Task What_is_not_read_yet_has_its_place_and_is_nothing_to_a_screen_reader()
    {
        var grid = Draw(AssetListing.From([new ListingMark(null, 30, "0")]));
        grid.FindAll("li[aria-hidden=true] .skeleton").Count.ShouldBe(30);
        grid = Draw();
        await SeenAsync(grid, firstRow: 118);
        Indices(grid).ShouldBe(Enumerable.Range(581, 20), "the last that are read");
        grid.FindAll("li[aria-hidden=true]").Count.ShouldBe(20, "and the next ones");
    }

    [Fact]
    public void The_browser_is_told_what_it_needs_to_come_back_and_goes_where_it_was()
    {
        _chosen["3"] = ChosenImage.Of(Asset("3"));
        var listing = Listed();
        var grid = Draw(listing, new ListPlace
        {
            Of = "sort=name", Marks = [], First = 250, Offset = 31, Columns = 5, Pitch = 250, Rows = 4,
        });
        Indices(grid).First().ShouldBe(241);
        var known = _browser.VerifyInvoke("know").Arguments.Single().ShouldBeOfType<ListPlace>();
        (known.Of, known.Marks.Sum(mark => mark.Count), known.Chosen.Single().Id).ShouldBe(("sort=name", listing.Count, "3"));
        _browser.VerifyInvoke("goTo").Arguments.ShouldBe([250, 31]);
    }

    [Fact]
    public async Task Another_list_begins_at_its_top()
    {
        var grid = Draw();
        await SeenAsync(grid, firstRow: 50);
        grid.Render(with => with.Add(one => one.Listing, Listed()));
        Indices(grid).First().ShouldBe(1);
        _browser.VerifyInvoke("top");
    }

    private IRenderedComponent<TileGrid> Draw(AssetListing? listing = null, ListPlace? place = null) => Render<TileGrid>(with => with
        .Add(one => one.Organization, "acme").Add(one => one.Of, "sort=name").Add(one => one.Listing, listing ?? Listed()).Add(one => one.Place, place)
        .Add(one => one.Chosen, _chosen).Add(one => one.Total, 100_000).Add(one => one.Moved, () => _moved++)
        .Add(one => one.ChosenChanged, EventCallback.Factory.Create<(AssetResponse, bool)>(this, _ => { })));

    private static AssetListing Listed()
    {
        AssetListing listing = new();
        listing.Fill(listing.Missing(0, 1)!, [.. Enumerable.Range(0, Many).Select(number => Asset(number.ToString(CultureInfo.InvariantCulture)))], "more");
        return listing;
    }

    private static Task SeenAsync(IRenderedComponent<TileGrid> grid, int firstRow, int focused = -1) =>
        grid.InvokeAsync(() => grid.Instance.Seen(columns: 5, pitch: 250, firstRow, rows: 4, focused));

    private static IEnumerable<int> Indices(IRenderedComponent<TileGrid> grid) =>
        grid.FindAll("li[aria-posinset]").Select(tile => int.Parse(tile.GetAttribute("aria-posinset")!, CultureInfo.InvariantCulture));
}
