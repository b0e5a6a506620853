using Deque.AxeCore.Commons;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ImageService.Tests.EndToEnd;

/// <summary>Every page, in light on a desktop and in dark on a phone, before the rules of WCAG that a program can judge.</summary>
[Trait("Level", "EndToEnd")]
public sealed class AccessibilityTests(RunningStack stack, Chromium chromium)
{
    private static readonly ViewportSize Desktop = new() { Width = 1440, Height = 900 };
    private static readonly ViewportSize Phone = new() { Width = 390, Height = 844 };

    // In the page itself: Deque's own runner opens another page for each report, which takes as long as the rules.
    private const string Judge = """
        async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.filter(violation => violation.impact !== 'minor')
            .map(violation => `${violation.impact} ${violation.id}, ${violation.nodes.length} times, such as ${violation.nodes[0].html}`)
        """;

    // Colours on their way from one theme to the other are nobody's.
    private const string Settled = """
        async () => {
            for (let calm = 0; calm < 3; calm++) {
                await new Promise(requestAnimationFrame);
                const moving = document.getAnimations().filter(animation => animation instanceof CSSTransition);
                if (moving.length) calm = -1;
                await Promise.allSettled(moving.map(animation => animation.finished));
            }
        }
        """;

    [Fact]
    public async Task No_page_has_a_finding_that_is_more_than_minor_and_each_has_a_title_and_one_heading()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync(Desktop);
        await page.SignInAsync(summary);
        List<string> faults = [];
        foreach (var path in summary.EveryPath())
        {
            await page.VisitAsync(summary, path);
            await page.LoadedAsync();
            faults.AddRange(await FaultsAsync(page, path));
        }

        await page.VisitAsync(summary, summary.Space("public"));
        await page.GetByTestId("tile").First.ClickAsync();
        await page.GetByTestId("preview").WaitForAsync();
        faults.AddRange(await FaultsAsync(page, "an image"));
        faults.ShouldBeEmpty();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task A_phone_that_asks_for_dark_is_shown_dark_without_a_choice_and_nothing_is_found_there()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync(Phone);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await page.SignInAsync(summary);
        await page.VisitAsync(summary, summary.Space("public") + "?unused=30");
        await page.LoadedAsync();
        await page.EvaluateAsync(Settled);

        (await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(18, 17, 28)");
        await page.EvaluateAsync(new BundledAxeScriptProvider().GetScript());
        (await page.EvaluateAsync<string[]>(Judge)).ShouldBeEmpty();
        await page.Context.CloseAsync();
    }

    private static async Task<IEnumerable<string>> FaultsAsync(IPage page, string path)
    {
        List<string> faults = [];
        if (!(await page.TitleAsync()).EndsWith(" · ImageService", StringComparison.Ordinal)) faults.Add($"{path}: no title of its own");
        if (await page.Locator("h1").CountAsync() != 1) faults.Add($"{path}: {await page.Locator("h1").CountAsync()} headings of the first level");
        await page.EvaluateAsync(new BundledAxeScriptProvider().GetScript());
        faults.AddRange(await JudgeAsync(page, path, "light", Desktop));
        faults.AddRange(await JudgeAsync(page, path, "dark", Phone));
        return faults;
    }

    private static async Task<IEnumerable<string>> JudgeAsync(IPage page, string path, string theme, ViewportSize size)
    {
        await page.SetViewportSizeAsync(Desktop.Width, Desktop.Height);
        var toggle = page.GetByRole(AriaRole.Button, new() { Name = $"Switch to {theme} mode", Exact = true });
        if (await toggle.IsVisibleAsync())
        {
            await toggle.ClickAsync();
            await toggle.WaitForAsync(new() { State = WaitForSelectorState.Detached });
            await page.Locator($"html[data-theme={theme}]").WaitForAsync();
        }

        await page.SetViewportSizeAsync(size.Width, size.Height);
        await page.EvaluateAsync(Settled);
        return (await page.EvaluateAsync<string[]>(Judge)).Select(fault => $"{path}, {theme}: {fault}");
    }
}
