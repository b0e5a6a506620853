using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ImageService.Tests.EndToEnd;

/// <summary>Every page, in light on a desktop and in dark on a phone, before the rules of WCAG that a program can judge.</summary>
[Trait("Level", "EndToEnd")]
public sealed class AccessibilityTests(RunningStack stack, Chromium chromium)
{
    [Theory]
    [InlineData(ColorScheme.Light, 1440, 900)]
    [InlineData(ColorScheme.Dark, 390, 844)]
    public async Task No_page_has_a_finding_that_is_more_than_minor_and_each_has_a_title_and_one_heading(ColorScheme scheme, int width, int height)
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync(new ViewportSize { Width = width, Height = height });
        await page.EmulateMediaAsync(new() { ColorScheme = scheme });
        await page.SignInAsync(summary);
        var organization = $"/o/{summary.Organization}";
        var space = summary.Space("public");
        List<string> faults = [];
        string[] paths =
        [
            organization, $"{organization}/{summary.Tenant}", space, summary.Space("private"), $"{space}/presets", $"{organization}/overlays",
            $"{space}/policies", $"{space}/imports", $"{space}/trash", $"{space}/settings", $"{space}/hosts",
            $"{organization}/usage", $"{organization}/members", $"{organization}/api-keys", $"{organization}/signing-keys", $"{organization}/webhooks",
            $"{organization}/edges",
            $"{organization}/identity", $"{organization}/audit", $"{organization}/jobs", $"{organization}/setup", $"{space}/playground",
            $"{space}/presets/card", "/system", "/account", $"/explain?url={Uri.EscapeDataString(summary.PublicUrl)}",
        ];
        foreach (var path in paths)
        {
            await page.VisitAsync(summary, path);
            await page.Locator("main [aria-busy=true]").First.WaitForAsync(new() { State = WaitForSelectorState.Detached });
            faults.AddRange(await FaultsAsync(page, path));
        }

        await page.VisitAsync(summary, space);
        await page.GetByTestId("tile").First.ClickAsync();
        await page.GetByTestId("preview").WaitForAsync();
        faults.AddRange(await FaultsAsync(page, "an image"));
        faults.ShouldBeEmpty();
        await page.Context.CloseAsync();
    }

    private static async Task<IEnumerable<string>> FaultsAsync(IPage page, string path)
    {
        List<string> faults = [];
        if (!(await page.TitleAsync()).EndsWith(" · ImageService", StringComparison.Ordinal)) faults.Add($"{path}: no title of its own");
        if (await page.Locator("h1").CountAsync() != 1) faults.Add($"{path}: {await page.Locator("h1").CountAsync()} headings of the first level");
        var result = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        faults.AddRange(result.Violations.Where(violation => violation.Impact != "minor")
            .Select(violation => $"{path}: {violation.Impact} {violation.Id}, {violation.Nodes.Length} times, such as {violation.Nodes[0].Html}"));
        return faults;
    }
}
