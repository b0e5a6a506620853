using AngleSharp.Dom;
using Bunit;
using ImageService.Portal.Components.Pages.Library;
using ImageService.Portal.Images;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Shouldly;
using Xunit;

namespace ImageService.Tests.Portal.Components;

/// <summary>What a library looks for is in its address.</summary>
public sealed class LibraryPageTests : ComponentTest
{
    private const string Facets =
        """
        {"assets":2,"bytes":2000,"formats":[{"value":"jpg","assets":1},{"value":"png","assets":1}],"access":[],"tags":[{"value":"sale","assets":1}]}
        """;

    [Fact]
    public async Task Filters_of_the_address_are_asked_for_and_pressed_and_a_press_changes_the_address()
    {
        var page = await DrawAsync("?format=png&tag=sale&sort=name");
        LastList.ShouldBe("GET /v1/assets?tenant=website&space=photos&limit=48&folder=%2F&tag=sale&format=png&sort=name&recursive=true");
        Pressed(page).ShouldBe(["PNG", "# sale"]);
        await Chip(page, "PNG").ClickAsync();
        Address.ShouldBe("?tag=sale&sort=name");
        page.WaitForAssertion(() => Pressed(page).ShouldBe(["# sale"]));
        LastList.ShouldNotContain("format");
        await Chip(page, "JPG").ClickAsync();
        Address.ShouldBe("?tag=sale&sort=name&format=jpg");
    }

    [Fact]
    public async Task A_space_after_the_words_is_typed_and_no_other_search()
    {
        var page = await DrawAsync("?q=shoe");
        var asked = Api.Calls.Count;
        await TypeAsync(page, "search", "shoe ");
        await TypeAsync(page, "search", "shoe r");
        page.WaitForAssertion(() => Address.ShouldBe("?q=shoe%20r"));
        await TypeAsync(page, "search", "shoe r ");
        page.WaitForAssertion(() => page.Find("[data-testid=search]").GetAttribute("value").ShouldBe("shoe r "));
        Api.Calls.Skip(asked).Select(call => call.Line).Where(line => line.StartsWith("GET /v1/assets?", StringComparison.Ordinal))
            .Distinct(StringComparer.Ordinal)
            .ShouldBe(["GET /v1/assets?tenant=website&space=photos&limit=48&folder=%2F&q=shoe%20r&recursive=true"]);
    }

    [Fact]
    public async Task What_is_chosen_beyond_the_page_stays_while_the_same_is_looked_for_and_goes_with_the_words()
    {
        Api.Answers("GET /v1/assets?tenant=website&space=photos&limit=500", Json([Asset("a"), Asset("b"), Asset("c")]));
        var page = await DrawAsync("?q=shoe", """{"assets":3,"bytes":3000,"formats":[],"access":[],"tags":[]}""");
        await page.InvokeAsync(() => page.Find("[data-testid=choose]").ChangeAsync(true));
        await page.InvokeAsync(() => page.Find("[data-testid=choose-matching]").ClickAsync());
        Chosen(page).ShouldBe("3 chosen");
        await page.InvokeAsync(page.Instance.Arrived); // another upload ended
        Chosen(page).ShouldBe("3 chosen");
        await TypeAsync(page, "search", "shoes");
        page.WaitForAssertion(() => Chosen(page).ShouldBe("2 chosen"));
    }

    [Fact]
    public async Task What_was_uploaded_lately_is_asked_for_from_a_day_on()
    {
        var page = await DrawAsync("?sort=name");
        await Chip(page, "Uploaded in the last 7 days").ClickAsync();
        Address.ShouldBe("?sort=name&uploaded=7");
        page.WaitForAssertion(() => LastList.ShouldContain("&from=2026-06-04T00%3A00%3A00Z&recursive=true"));
        await Chip(page, "Uploaded in the last 365 days").ClickAsync();
        page.WaitForAssertion(() => Pressed(page).ShouldBe(["Uploaded in the last 365 days"]));
    }

    [Fact]
    public async Task Sizes_and_days_are_asked_for_and_stand_in_the_address()
    {
        var page = await DrawAsync("?uploaded=7");
        await Chip(page, "1 MB or more").ClickAsync();
        await page.InvokeAsync(() => page.Find("[data-testid=filter-until]").ChangeAsync("2026-05-31"));
        Address.ShouldBe("?larger=1000000&until=2026-05-31");
        page.WaitForAssertion(() => LastList.ShouldContain("&to=2026-06-01T00%3A00%3A00Z&minBytes=1000000&recursive=true"));
        Pressed(page).ShouldBe(["1 MB or more"]);
        await page.InvokeAsync(() => page.Find("[data-testid=filter-from]").ChangeAsync("2026-05-01"));
        page.WaitForAssertion(() => LastList.ShouldContain("&from=2026-05-01T00%3A00%3A00Z&to="));
        await page.InvokeAsync(() => page.Find("[data-testid=filter-until]").ChangeAsync(""));
        Address.ShouldBe("?larger=1000000&from=2026-05-01");
    }

    [Fact]
    public async Task A_new_folder_is_opened_below_the_one_that_is_shown_and_takes_uploads()
    {
        var page = await DrawAsync("?folder=/shoes");
        var dialogs = Render<MudDialogProvider>();
        var pressed = page.InvokeAsync(() => page.Find("[data-testid=folder-new]").ClickAsync());
        await dialogs.WaitForElement("input").InputAsync("/Summer 26/");
        await dialogs.InvokeAsync(() => dialogs.Find("[data-testid=dialog-ok]").ClickAsync());
        await pressed;
        Address.ShouldBe("?folder=%2Fshoes%2FSummer%2026");
        page.WaitForAssertion(() => page.Find("[data-uploads]").GetAttribute("data-folder").ShouldBe("/shoes/Summer 26"));
    }

    [Fact]
    public async Task Who_comes_back_gets_what_was_on_the_screen_and_chosen_and_nothing_before_it_is_read()
    {
        Module.Setup<ListPlace?>("placeBefore").SetResult(Deep("shoe"));
        Api.Answers("GET /v1/assets?tenant=website&space=photos&limit=120", Json([.. Enumerable.Range(480, 96).Select(number => Asset($"{number}"))]));
        var page = await DrawAsync("?q=shoe");
        Lists.ShouldBe(["GET /v1/assets?tenant=website&space=photos&limit=120&folder=%2F&q=shoe&cursor=after-480&recursive=true"]);
        page.FindAll("[data-testid=tile]").Select(tile => tile.GetAttribute("title")).First().ShouldBe("490.jpg");
        Chosen(page).ShouldBe("1 chosen");
    }

    [Fact]
    public async Task A_place_in_another_list_is_none_in_this()
    {
        Module.Setup<ListPlace?>("placeBefore").SetResult(Deep("boot"));
        var page = await DrawAsync("?q=shoe");
        Lists.ShouldBe(["GET /v1/assets?tenant=website&space=photos&limit=48&folder=%2F&q=shoe&recursive=true"]);
        page.FindAll("[data-testid=tile]").Count.ShouldBe(2);
        page.FindAll("[data-testid=selection]").ShouldBeEmpty();
    }

    [Fact]
    public async Task Tiles_or_rows_are_the_same_list_and_it_is_not_read_again()
    {
        var page = await DrawAsync("?q=shoe");
        await page.InvokeAsync(() => page.Find("[aria-label='Show as a list']").ClickAsync());
        page.WaitForElement(".tiles.list");
        Lists.Count().ShouldBe(1);
    }

    private static ListPlace Deep(string words) => new()
    {
        Of = $"tenant=website&space=photos&limit=48&folder=%2F&q={words}&recursive=true",
        Marks = [new ListingMark(null, 480, "0"), new ListingMark("after-480", 96, "480")],
        Chosen = [ChosenImage.Of(Asset("3"))], First = 500, Offset = 10, Columns = 5, Pitch = 250, Rows = 3,
    };

    private IEnumerable<string> Lists =>
        Api.Calls.Select(call => call.Line).Where(line => line.StartsWith("GET /v1/assets?", StringComparison.Ordinal));

    private string LastList => Api.Calls.Last(call => call.Line.StartsWith("GET /v1/assets?", StringComparison.Ordinal)).Line;

    private string Address => new Uri(Services.GetRequiredService<NavigationManager>().Uri).Query;

    private async Task<IRenderedComponent<LibraryPage>> DrawAsync(string query, string facets = Facets)
    {
        var all = Api.Answer;
        Api.Answer = (line, body) => Task.FromResult(
            line.StartsWith("GET /v1/assets/facets", StringComparison.Ordinal) ? facets
            : line.StartsWith("GET /v1/assets/folders", StringComparison.Ordinal) ? """{"items":[]}"""
            : line.StartsWith("GET /v1/assets?", StringComparison.Ordinal) && line.Contains("limit=48&", StringComparison.Ordinal)
                ? Json([Asset("a"), Asset("b")])
            : all(line, body).Result);
        await SignInAsync(Photos, "image:read", "image:write");
        Services.GetRequiredService<NavigationManager>().NavigateTo($"/o/acme/website/photos{query}");
        var page = Render<LibraryPage>(with => with.Add(one => one.Organization, "acme").Add(one => one.Tenant, "website").Add(one => one.Space, "photos"));
        page.WaitForElement("[data-testid=tile]");
        return page;
    }

    private static string Chosen(IRenderedComponent<LibraryPage> page) => page.Find("[data-testid=selection] strong").TextContent;

    private static IElement Chip(IRenderedComponent<LibraryPage> page, string text) =>
        page.FindAll(".filter-chips button").Single(chip => chip.TextContent == text);

    private static IEnumerable<string> Pressed(IRenderedComponent<LibraryPage> page) =>
        page.FindAll(".filter-chips button[aria-pressed=true]").Select(chip => chip.TextContent);
}
