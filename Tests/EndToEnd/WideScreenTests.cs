using ImageService.Tests.Acceptance;
using Microsoft.Playwright;
using Shouldly;
using Xunit;

namespace ImageService.Tests.EndToEnd;

/// <summary>What is made of a screen of 2,560 px.</summary>
[Trait("Level", "EndToEnd")]
public sealed class WideScreenTests(RunningStack stack, Chromium chromium)
{
    // From the left edge of what is between the paddings of <main> to the right edge of the elements, as a share of it.
    private const string Share = """
        ([selector]) => {
            const main = document.querySelector('main');
            const [style, box] = [getComputedStyle(main), main.getBoundingClientRect()];
            const [left, right] = [box.left + parseFloat(style.paddingLeft), box.right - parseFloat(style.paddingRight)];
            const edges = [...document.querySelectorAll(selector)].map(element => element.getBoundingClientRect().right);
            return (Math.max(left, ...edges) - left) / (right - left);
        }
        """;

    [Fact]
    public async Task Pages_use_the_width_of_a_large_screen_and_the_library_shows_nine_images_in_a_row()
    {
        var summary = await stack.SummaryAsync();
        var page = await chromium.NewPageAsync(new ViewportSize { Width = 2560, Height = 1440 });
        await page.SignInAsync(summary);
        var organization = $"/o/{summary.Organization}";
        Dictionary<string, double> narrow = [];
        foreach (var (path, part) in new[]
        {
            (organization, ".figures > .figure"), ($"{organization}/usage", ".figures > .figure"), ($"{organization}/edges", ".narrow-page > .box"),
            ($"{summary.Space("public")}/settings", ".narrow-page > .box"), ($"{summary.Space("public")}/policies", ".table-card"),
            ($"{summary.Space("public")}/playground", ".asset > :last-child"), (summary.Space("public"), ".tiles"),
        })
        {
            await page.VisitAsync(summary, path);
            await page.LoadedAsync();
            var share = await page.EvaluateAsync<double>(Share, new[] { part });
            if (share < 0.99)
                narrow.Add(path, share);
        }

        narrow.ShouldBeEmpty();
        (await page.GetByTestId("tiles").EvaluateAsync<int>("tiles => getComputedStyle(tiles).gridTemplateColumns.split(' ').length")).ShouldBe(9);
        await page.Context.CloseAsync();
    }
}
