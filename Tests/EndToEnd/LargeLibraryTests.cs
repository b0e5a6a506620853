using System.Diagnostics;
using System.Globalization;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace ImageService.Tests.EndToEnd;

/// <summary>
/// What a person waits for in a library of a hundred thousand images: run by hand, on a stack in Release that <c>Benchmarks -- seed</c> has filled and that
/// <c>IMAGESERVICE_SUMMARY</c> names (docs/benchmarks.md). Prints its times; nothing fails for being slow.
/// </summary>
[Trait("Level", "EndToEnd")]
public sealed class LargeLibraryTests(RunningStack stack, Chromium chromium, ITestOutputHelper output)
{
    private const int Rounds = 5;

    // Looked at in each frame: an expectation looks again only after up to a second.
    private const string Changed = "count => document.querySelector('[data-testid=count]')?.innerText !== count";

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
}
