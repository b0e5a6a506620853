using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Shouldly;

namespace ImageService.Tests.EndToEnd;

/// <summary>
/// What a page shows, before the rules of WCAG 2.2 AA that a program can judge: in light and dark, on a phone, a desktop and a large screen. The page is
/// loaded once: its width and theme are changed where it stands.
/// </summary>
internal sealed class AccessibilityJudge(IPage page)
{
    private const int Height = 900;

    // In the page itself: Deque's own runner opens another page for each report, which takes as long as the rules.
    // Colours on their way from one theme to the other are nobody's.
    private const string Verdict = """
        async ({ within, rules }) => {
            for (let calm = 0; calm < 3; calm++) {
                await new Promise(requestAnimationFrame);
                const moving = document.getAnimations().filter(animation => animation instanceof CSSTransition);
                if (moving.length) calm = -1;
                await Promise.allSettled(moving.map(animation => animation.finished));
            }
            const chosen = {
                Colours: { runOnly: ['color-contrast', 'link-in-text-block'] },
                Layout: { rules: { 'target-size': { enabled: true }, 'color-contrast': { enabled: false } } },
                All: { rules: { 'target-size': { enabled: true } } },
            }[rules];
            return (await axe.run(within ?? document, { resultTypes: ['violations'], ...chosen })).violations.filter(violation => violation.impact !== 'minor')
                .map(violation => `${violation.impact} ${violation.id}, ${violation.nodes.length} times, such as ${violation.nodes[0].html}`);
        }
        """;

    // Contrast takes most of the time. A theme changes colours alone; a large screen shows what a desktop does.
    private static readonly (int Width, string Rules)[] Narrowing = [(1440, "All"), (2560, "Layout"), (390, "All")];
    private static readonly (int Width, string Rules)[] Widening = [(390, "Colours"), (1440, "Colours")];
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    private readonly HashSet<string> _faults = new(StringComparer.Ordinal);
    private bool _dark;

    /// <summary>Goes to a page, whose heading gets the focus.</summary>
    public async Task OpenAsync(string path)
    {
        await page.GoAsync(path);
        if (!(await page.TitleAsync()).EndsWith(" · ImageService", StringComparison.Ordinal)) _faults.Add($"{path}: no title of its own");
        if (await page.Locator("h1").CountAsync() is not 1 and var heads) _faults.Add($"{path}: {heads} headings of the first level");
    }

    /// <param name="what">It is called so where something is found.</param>
    /// <param name="within">What is judged; null for the whole page.</param>
    public async Task JudgeAsync(string what, string? within = null)
    {
        if (await page.EvaluateAsync<bool>("!window.axe")) await page.EvaluateAsync(Axe);
        await InEachWidthAsync(Narrowing, what, within);
        await SwitchThemeAsync();
        await InEachWidthAsync(Widening, what, within);
    }

    public void ShouldFindNothing() => _faults.ShouldBeEmpty();

    private async Task InEachWidthAsync((int Width, string Rules)[] widths, string what, string? within)
    {
        foreach (var (width, rules) in widths)
        {
            await page.SetViewportSizeAsync(width, Height);
            var place = within is null ? null : await page.Locator(within).Last.ElementHandleAsync();
            foreach (var fault in await page.EvaluateAsync<string[]>(Verdict, new { within = place, rules }))
                _faults.Add($"{what}, {width} px, {(_dark ? "dark" : "light")}: {fault}");
        }
    }

    /// <summary>By the page's own switch, also where a dialog lies over it; pages without one follow the system.</summary>
    private async Task SwitchThemeAsync()
    {
        _dark = !_dark;
        if (await page.EvaluateAsync<bool>("() => { const toggle = document.querySelector('[data-testid=theme-toggle]'); toggle?.click(); return !!toggle; }"))
            await page.Locator($"html[data-theme={(_dark ? "dark" : "light")}]").WaitForAsync();
        else
            await page.EmulateMediaAsync(new() { ColorScheme = _dark ? ColorScheme.Dark : ColorScheme.Light });
    }
}
