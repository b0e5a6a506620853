using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ImageService.Tests.Acceptance;
using ImageService.Tests.Support;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>
/// A library of many images: what is drawn of it, and where one is in it. The portal is killed here, so nothing else uses the stack meanwhile.
/// What a person waits for is measured by hand, with a hundred thousand, on a stack in Release that <c>Benchmarks -- seed</c> has filled and that
/// <c>IMAGESERVICE_SUMMARY</c> names (docs/benchmarks.md); that prints its times, and nothing fails for being slow.
/// </summary>
[Trait("Level", "EndToEnd")]
[Collection(RunsAlone.Name)]
public sealed class LargeLibraryTests(RunningStack stack, Chromium chromium, ITestOutputHelper output)
{
    private const int Rounds = 5;
    private const int Many = 3000;

    /// <summary>Elements of all tiles together.</summary>
    private const int MostNodes = 600;

    // Goes down by screens; each is looked at until it shows tiles at its middle. Tells the longest wait, in ms.
    private const string Down =
        """
        async screens => {
            const middle = innerHeight / 2;
            const shown = tile => { const box = tile.getBoundingClientRect(); return box.top < middle + 50 && box.bottom > middle - 50; };
            let longest = 0;
            for (let screen = 0; screen < screens; screen++) {
                const [to, since] = [scrollY + innerHeight - 1, performance.now()];
                while (scrollTo(0, to), scrollY < to - 2 || ![...document.querySelectorAll('[data-tiles] a')].some(shown)) {
                    if (performance.now() - since > 60000) throw new Error(`no tiles ${screen} screens down`);
                    await new Promise(requestAnimationFrame);
                }
                longest = Math.max(longest, performance.now() - since);
            }
            return longest;
        }
        """;

    // The first tile that is whole on the screen, and where.
    private const string Place =
        """
        () => {
            const tile = [...document.querySelectorAll('[data-tiles] a')].find(one => one.getBoundingClientRect().top >= 150);
            return tile ? `${tile.title}|${Math.round(tile.getBoundingClientRect().top)}` : 'none';
        }
        """;

    private const string Nodes = "() => document.querySelectorAll('[data-tiles] *').length";

    // Looked at in each frame: an expectation looks again only after up to a second.
    private const string Changed = "count => document.querySelector('[data-testid=count]')?.innerText !== count";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task However_far_one_goes_little_is_drawn_and_back_and_a_restart_of_the_portal_lead_to_the_same_place()
    {
        var summary = await stack.SummaryAsync();
        Assert.SkipUnless(stack.IsStartedHere && OperatingSystem.IsLinux(), "Rows are written and the portal is killed in a stack that this run started.");
        using var caller = new Caller(new Uri(summary.Api), summary.ApiKey);
        var shelf = await Shelf.OfAsync(stack, caller, Many, Ct);
        var page = await chromium.NewPageAsync(new() { Width = 1440, Height = 900 });
        await page.AddInitScriptAsync(
            "window.shifts = 0; new PerformanceObserver(l => l.getEntries().forEach(e => window.shifts += e.hadRecentInput ? 0 : e.value))"
            + ".observe({ type: 'layout-shift', buffered: true })");
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, $"{shelf.Path}?sort=name&larger=1");
        await Expect(page.GetByTestId("count")).ToContainTextAsync("3,000 images");
        await page.GetByTestId("tile").Nth(1).FocusAsync();
        await page.Keyboard.PressAsync("x");
        await Expect(page.GetByTestId("selection")).ToContainTextAsync("1 chosen");
        await page.EvaluateAsync("() => window.shifts = 0");
        var gap = await page.EvaluateAsync<double>(Down, 40);
        output.WriteLine($"40 screens: longest without tiles {gap:0} ms, {await page.EvaluateAsync<int>(Nodes)} nodes");
        (await page.EvaluateAsync<int>(Nodes)).ShouldBeLessThanOrEqualTo(MostNodes);
        (await page.EvaluateAsync<double>("() => window.shifts")).ShouldBeLessThan(0.05);
        (await page.EvaluateAsync<int>("() => document.activeElement.closest('li')?.ariaPosInSet | 0")).ShouldBe(2, "the focus stays");
        var deep = await page.Locator("[data-tiles] > li").Last.GetAttributeAsync("aria-posinset");
        int.Parse(deep!, CultureInfo.InvariantCulture).ShouldBeGreaterThan(500);

        var place = await SettledAsync(page);
        await page.GetByTestId("tile").And(page.GetByTitle(place.Split('|')[0])).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/i/", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.GoBackAsync();
        await IsAtAsync(page, place);
        (await page.EvaluateAsync<int>(Nodes)).ShouldBeLessThanOrEqualTo(MostNodes);
        await Expect(page.GetByTestId("selection")).ToContainTextAsync("1 chosen");

        await page.EvaluateAsync("() => { window.before = true; }");
        using (var portal = Process.GetProcessById(stack.ProcessOf("portal"))) portal.Kill();
        await page.WaitForFunctionAsync("() => !window.before", null, new() { Timeout = 120_000 });
        await IsAtAsync(page, place);
        await Expect(page).ToHaveURLAsync($"{summary.Portal}{shelf.Path}?sort=name&larger=1");
        await Expect(page.GetByTestId("selection")).ToContainTextAsync("1 chosen");
        await page.EvaluateAsync("() => scrollTo(0, 0)");
        await Expect(page.GetByTestId("tile").And(page.GetByTitle("first.jpg"))).ToBeVisibleAsync(); // what is before the place is there, too
        await page.Context.CloseAsync();
    }

    [Fact(Explicit = true)]
    public async Task The_first_page_its_thumbnails_and_searches_of_a_large_library()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync(new() { Width = 1440, Height = 900 });
        await page.SignInAsync(summary);
        List<double> answers = [], thumbnails = [], searches = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            await page.GotoAsync(summary.Portal + summary.Space("public"), new() { WaitUntil = WaitUntilState.Commit });
            var answered = clock.Elapsed;
            await page.WaitForFunctionAsync(
                "() => [...document.querySelectorAll('main img')].filter(image => image.complete && image.naturalWidth > 0).length > 8");
            var shown = clock.Elapsed;
            await page.InteractiveAsync();
            var count = await page.GetByTestId("count").InnerTextAsync();
            foreach (var word in (string[])["harbour", "misty-shoe", "tower-77"])
            {
                clock.Restart();
                await page.GetByTestId("search").FillAsync(word);
                await page.WaitForFunctionAsync(Changed, count);
                if (round > 0)
                    searches.Add(clock.Elapsed.TotalMilliseconds);
                clock.Restart();
                await page.GetByTestId("search").FillAsync("");
                await Expect(page.GetByTestId("count")).ToHaveTextAsync(count);
            }

            if (round == 0)
                output.WriteLine(count);
            else
                (answers, thumbnails) = ([.. answers, answered.TotalMilliseconds], [.. thumbnails, shown.TotalMilliseconds]);
        }

        foreach (var (name, times) in ((string, List<double>)[])[("page answered", answers), ("first thumbnails", thumbnails), ("search shown", searches)])
        {
            times.Sort();
            var (median, longest) = (times[times.Count / 2], times[^1]);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: median {median:0} ms, longest {longest:0} ms of {times.Count}"));
        }

        answers.ShouldNotBeEmpty();
        await page.Context.CloseAsync();
    }

    /// <summary>Where the page is once it has remembered it.</summary>
    private static async Task<string> SettledAsync(IPage page)
    {
        await page.WaitForFunctionAsync(
            "() => { const kept = sessionStorage.getItem(`list ${location.pathname}${location.search}`); const now = scrollY; "
            + "const settled = window.kept === kept + now; window.kept = kept + now; return kept && settled; }", null, new() { PollingInterval = 500 });
        return await page.EvaluateAsync<string>(Place);
    }

    private static async Task IsAtAsync(IPage page, string place) => await page.WaitForFunctionAsync(
        $"place => {{ const [now, then] = [({Place})(), place].map(one => one.split('|')); return now[0] === then[0] && Math.abs(now[1] - then[1]) < 4; }}",
        place, new() { Timeout = 60_000 });
}
